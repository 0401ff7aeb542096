// Reads a feed from standard input with ical.js and prints what it understood of each event.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const again = calendar.getFirstPropertyValue("refresh-interval");
console.log(JSON.stringify({
  name: calendar.getFirstPropertyValue("name"), method: calendar.getFirstPropertyValue("method"),
  again: (again.toSeconds ? again : ICAL.Duration.fromString(again)).toSeconds(),
  events: calendar.getAllSubcomponents("vevent").map(part => {
    const event = new ICAL.Event(part);
    return {
      uid: event.uid, summary: event.summary, status: part.getFirstPropertyValue("status"), attendees: event.attendees.length,
      wholeDay: event.startDate.isDate, day: event.startDate.toString().slice(0, 10), starts: event.startDate.toJSDate().toISOString(),
    };
  }),
}));
