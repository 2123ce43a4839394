"""The ferry workers' story in English, and the texts of its page. Only data, all invented."""

from typing import Final

from yobal.demo.newsroom.edition import Credit, Edition, EditionText, Section, paragraphs

_LANDING: Final = """
On Thursday evening the ropes at the landing of Kampong Tuek were still tied, and the two
large ferries that carry trucks, motorbikes and schoolchildren across the river had not
moved since Tuesday. On the ramp some two hundred men and women sat in the shade of the
ticket house, as they had the day before.

They are deckhands, mechanics, ticket sellers and cooks. In April, the workers say, the
company that runs the crossing agreed in writing to raise the lowest wage by a fifth from
the beginning of the rainy season. The rains came in June. The raise did not.

“Every month we were told: next month,” said a deckhand who has worked on the crossing for
eleven years. “My rent does not wait until next month.”
"""

_WRITTEN: Final = """
A speaker for the workers, who asked not to be named, showed a copy of the agreement with
three signatures and a stamp. “We do not ask for anything new,” she said. “We only ask for
what is written.”

In a short letter to The River Post the company confirmed that “a paper exists” and said
that it was “studying the matter with care”. It did not say when it would pay. It added that
fuel had become more expensive, and that fewer trucks had crossed this year.

For people on both banks the standstill means a detour of some sixty kilometres over the
nearest bridge. A few farmers have hired fishing boats to bring their vegetables to market.
Many say that they understand the workers all the same. “They have carried us for years,”
said a woman who sells cakes at the landing. “For three days we can carry our own baskets.”

The provincial labour office has invited both sides to talks on Monday. Until then, the
workers say, one small boat will go on carrying the sick and the schoolchildren, free of
charge.
"""

EDITION: Final = Edition(
    tag="en",
    label="English",
    masthead="The River Post",
    section="Labour",
    day="20 November 2026",
    day_iso="2026-11-20",
    headline="Ferry workers at Kampong Tuek ask for the pay they were promised",
    standfirst=(
        "Some two hundred workers have stopped work for three days. They say that a wage "
        "agreement signed in April was never carried out."
    ),
    picture_alt=(
        "A drawing: a wide river at dusk, a ferry tied up at the landing, lamps along the bank."
    ),
    caption="The landing at Kampong Tuek on Thursday evening. Drawing: The River Post",
    body=(
        Section("", paragraphs(_LANDING)),
        Section("“We only ask for what is written”", paragraphs(_WRITTEN)),
    ),
    credits=(
        Credit("Reported by", "the Khmer desk"),
        Credit("Translated by", "S. Chan"),
        Credit("Written in English by", "R. Vale"),
    ),
    words=EditionText(
        skip="Skip to the comments",
        editions="Languages",
        share="Share",
        share_whatsapp="Share on WhatsApp",
        share_email="E-mail",
        share_signal=(
            "Web pages cannot share to Signal. Press and hold this address, copy it, and paste it "
            "into Signal."
        ),
        copy_link="Copy link",
        copy_how="Press and hold this address, then choose “Copy”.",
        invented=(
            "The River Post is an invented newspaper, made to show Yobal. The people, places and "
            "events on this page are invented too."
        ),
    ),
)
