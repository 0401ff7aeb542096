"""Answers as people write them: some a sentence, half of them long, some as lists.

Invented, in the words of nobody. The same dice give the same text.
"""

from __future__ import annotations

from random import Random

REMARKS = (
    "Vi trodde att det skulle ta ett halvår. Det tog två, och då räknar jag inte det år vi väntade "
    "på beslut.",
    "Det som fick det att lossna var att en enda person fick arbetstid för det, två dagar i "
    "veckan.",
    "Ingen av oss hade räknat med hur mycket tid som går åt till att boka möten.",
    "När handläggaren slutade försvann halva kunskapen, för den fanns bara i hennes huvud och i en "
    "mapp som ingen hittade.",
    "Vi skriver numera ner på en sida vad vi har kommit överens om, och läser upp den i början av "
    "nästa möte.",
    "Det är lätt att få med dem som redan är med. De vi borde nå har inte tid, inte råd eller inte "
    "lust.",
    "Pengarna kom i oktober och skulle vara slut i december, så vi gjorde det som gick fort i "
    "stället för det som behövdes.",
    "Två grannkommuner har frågat om de får göra likadant. Vi har sagt ja, men ingen har frågat "
    "oss om det fungerar.",
    "Mätningen är vår svaga punkt: vi vet hur många som har kommit men inte om det har blivit "
    "bättre för någon.",
    "Politiken står bakom, i alla partier, och det har varit en förutsättning när det har stormat.",
    "Systemen talar inte med varandra. Samma uppgift skrivs in på tre ställen av tre personer.",
    "Jurister har gett oss olika svar på samma fråga, och det har gjort folk försiktigare än de "
    "behöver vara.",
    "Bussarna går inte när kursen slutar. Det låter litet, men det är det som avgör för den som "
    "bor två mil bort.",
    "Vi borde ha bjudit in företagen från början och inte när allt redan var bestämt.",
    "Det bästa är att vi vågar säga till varandra när något inte fungerar. Så var det inte det "
    "första året.",
    "Ett studiebesök i en annan del av länet gav mer än tre utredningar.",
    "Vi har bett om samma underlag två gånger av regionen och fått två olika, båda bra men inte "
    "samma siffror.",
    "Ideella krafter bär mer än vad som syns i vår verksamhetsplan. När de blir trötta märks det "
    "direkt.",
    "Den som äger frågan på pappret är inte den som gör jobbet, och det borde vi ha rett ut för "
    "länge sedan.",
    "Vi delar gärna med oss av mallarna. De är inte vackra, men de används.",
)
POINTS = (
    "en gemensam ingång, så att ingen skickas runt",
    "beslut före sommaren och inte efter",
    "någon som har frågan i sin tjänst",
    "siffror som alla räknar på samma sätt",
    "pengar för mer än ett år i taget",
    "en plats att träffas på som inte är kommunhuset",
    "att chefer är med och inte bara skickar någon",
    "avtal som går att låna av varandra",
    "en lista över vem som gör vad, som hålls aktuell",
    "tid att lära upp nya",
    "att det går att ta sig dit utan bil",
    "en kontaktperson i varje kommun",
    "att vi säger nej till det som inte leder någonstans",
    "lokaler på kvällar och helger",
    "att ungdomar är med när vi bestämmer, inte efteråt",
)
# What is missing for us to succeed.
MISSING = (
    "Ingen i länet samlar in vad som inte fungerade. Alla skriver om det som gick bra.",
    "Handledare! Det finns i Karlstad och på sjukhusen, men inte hos de små arbetsgivarna.",
    "En jurist som alla får ringa. Tre kommuner har en, vi andra gissar.",
    "Bussar efter klockan 18, utom längs E18.",
    "Någon som äger frågan när projektet tar slut.",
)
# Parts of all answers: as it is, longer, or a list.
SHORT, LONG = 0.5, 0.85
# The longest text where nothing says how long it may be.
USUAL = 1000


def dice_of(*about: object) -> Random:
    """Dice that fall the same for the same things."""
    return Random(":".join(map(str, about)))


def told(begins: str, dice: Random, most: int = USUAL) -> str:
    """A text of at most `most` letters that begins with a sentence of its own.

    Half of them have 400 letters or more, where there is room for that many.
    """
    kind = dice.random()
    if kind < SHORT or most < len(begins) + 200:
        return begins[:most]
    wanted = dice.randint(420, max(420, most - 150))
    if kind < LONG:
        return _remarks(begins, dice, min(wanted, most), most)
    return _list(begins, dice, most)


def _remarks(begins: str, dice: Random, wanted: int, most: int) -> str:
    text = begins
    for number, remark in enumerate(dice.sample(REMARKS, len(REMARKS))):
        joint = "\n\n" if number % 3 == 2 else " "
        if len(text) >= wanted or len(text) + len(joint) + len(remark) > most:
            break
        text += joint + remark
    return text


def _list(begins: str, dice: Random, most: int) -> str:
    """A list as it is pasted from somewhere else, with an empty line after each.

    The long ones have thirty line breaks and more.
    """
    sign, text = dice.choice(("- ", "• ", "* ", "1) ")), f"{begins}\n\nDet vi behöver:"
    for point in dice.sample(POINTS, dice.randint(8, len(POINTS))):
        line = f"\n\n{sign}{point}"
        if len(text) + len(line) > most:
            break
        text += line
    return text
