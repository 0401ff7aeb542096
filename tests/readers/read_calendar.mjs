// Reads an .ics from standard input with ical.js (Thunderbird's parser) and prints what it understood.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
const attendee = event.component.getFirstProperty("attendee");
console.log(JSON.stringify({
  method: calendar.getFirstPropertyValue("method"), uid: event.uid, sequence: event.sequence, summary: event.summary,
  location: event.location, starts: event.startDate.toJSDate().toISOString(), ends: event.endDate.toJSDate().toISOString(),
  status: event.component.getFirstPropertyValue("status"), attendee: attendee && attendee.getFirstValue(),
  name: attendee && attendee.getParameter("cn"), answer: attendee && attendee.getParameter("partstat"),
}));
