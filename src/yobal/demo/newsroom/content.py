"""The River Post's one story, in Khmer and in English, and the words around it. Only data.

Newspaper, people, places and events are invented.
"""

from typing import Final

import msgspec

SITE: Final = "river-post"
SITE_NAME: Final = "The River Post"
STORY: Final = "ferry-workers"
TIME_ZONE: Final = "Asia/Phnom_Penh"

# Where the demonstration serves the newsroom's own files; no site key can collide with a dot.
STYLE_PATH: Final = "/the.river.post/newsroom.css"
PICTURE_PATH: Final = "/the.river.post/picture.svg"


class Credit(msgspec.Struct, frozen=True):
    """Who did what for this edition: `Translated by`, `S. Chan`."""

    role: str
    who: str


class Section(msgspec.Struct, frozen=True):
    """Paragraphs, under a sub-heading where there is one."""

    heading: str
    paragraphs: tuple[str, ...]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What the page says around the story."""

    skip: str
    editions: str
    share: str
    share_whatsapp: str
    share_email: str
    share_signal: str  # what to do: Signal has no link for sharing
    copy_link: str
    copy_how: str
    invented: str


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One language version of the story."""

    edition: str
    label: str  # the language, in that language
    masthead: str
    section: str
    day: str
    day_iso: str
    headline: str
    standfirst: str
    picture_alt: str
    caption: str
    body: tuple[Section, ...]
    credits: tuple[Credit, ...]
    words: Words

    @property
    def path(self) -> str:
        """Where the demonstration serves this edition."""
        return f"/{self.edition}/{STORY}"


KHMER: Final = Edition(
    edition="km",
    label="ភាសាខ្មែរ",
    masthead="ទន្លេប៉ុស្តិ៍",
    section="ការងារ",
    day="២០ វិច្ឆិកា ២០២៦",
    day_iso="2026-11-20",
    headline="កម្មករសាឡាងនៅកំពង់ទឹក ស្នើសុំប្រាក់ឈ្នួលដែលគេបានសន្យា",
    standfirst=(
        "កម្មករប្រមាណពីររយនាក់បានផ្អាកការងារអស់បីថ្ងៃហើយ។ ពួកគេនិយាយថា "
        "កិច្ចព្រមព្រៀងស្តីពីប្រាក់ឈ្នួល ដែលបានចុះហត្ថលេខាកាលពីខែមេសា មិនទាន់ត្រូវបានអនុវត្តនៅឡើយ។"
    ),
    picture_alt=(
        "គំនូរ៖ ទន្លេធំមួយនៅពេលព្រលប់ មានសាឡាងមួយចតជាប់នឹងចំណត និងចង្កៀងបំភ្លឺតាមមាត់ច្រាំង។"
    ),
    caption="ចំណតកំពង់ទឹក នៅល្ងាចថ្ងៃព្រហស្បតិ៍។ គំនូរ៖ ទន្លេប៉ុស្តិ៍",
    body=(
        Section(
            heading="",
            paragraphs=(
                "នៅល្ងាចថ្ងៃព្រហស្បតិ៍ ខ្សែពួរនៅចំណតកំពង់ទឹកនៅតែចងជាប់ដដែល ហើយសាឡាងធំពីរគ្រឿង "
                "ដែលធ្លាប់ដឹករថយន្តដឹកទំនិញ ម៉ូតូ និងសិស្សសាលាឆ្លងទន្លេ មិនបានចេញដំណើរទេ "
                "តាំងពីថ្ងៃអង្គារមក។ នៅលើជម្រាលចំណត មនុស្សប្រមាណពីររយនាក់ ទាំងប្រុសទាំងស្រី "
                "អង្គុយក្រោមម្លប់បន្ទប់លក់សំបុត្រ ដូចថ្ងៃមុនដែរ។",
                "ពួកគេជាអ្នកធ្វើការលើសាឡាង ជាងម៉ាស៊ីន អ្នកលក់សំបុត្រ និងចុងភៅ។ កម្មករនិយាយថា "
                "កាលពីខែមេសា ក្រុមហ៊ុនដែលគ្រប់គ្រងចំណតនេះ បានយល់ព្រមជាលាយលក្ខណ៍អក្សរ "
                "ដំឡើងប្រាក់ឈ្នួលទាបបំផុតមួយភាគប្រាំ ចាប់ពីដើមរដូវវស្សា។ ភ្លៀងបានធ្លាក់នៅខែមិថុនា "
                "ប៉ុន្តែប្រាក់ឈ្នួលនៅដដែល។",
                "«រាល់ខែគេប្រាប់យើងថា ចាំខែក្រោយ» នេះជាសម្ដីរបស់កម្មករម្នាក់ "
                "ដែលបានធ្វើការលើសាឡាងនេះអស់រយៈពេលដប់មួយឆ្នាំ។ "
                "«ថ្លៃជួលបន្ទប់របស់ខ្ញុំមិនចាំដល់ខែក្រោយទេ»។",
            ),
        ),
        Section(
            heading="«យើងសុំតែអ្វីដែលមានចែងក្នុងក្រដាស»",
            paragraphs=(
                "តំណាងកម្មករម្នាក់ ដែលសុំមិនបញ្ចេញឈ្មោះ បានបង្ហាញច្បាប់ចម្លងនៃកិច្ចព្រមព្រៀង "
                "ដែលមានហត្ថលេខាបី និងត្រាមួយ។ អ្នកស្រីនិយាយថា៖ «យើងមិនសុំអ្វីថ្មីទេ។ "
                "យើងសុំតែអ្វីដែលមានចែងក្នុងក្រដាស»។",
                "ក្នុងលិខិតខ្លីមួយផ្ញើមកទន្លេប៉ុស្តិ៍ ក្រុមហ៊ុនទទួលស្គាល់ថា «មានក្រដាសមួយពិតមែន» "
                "ហើយថាខ្លួន «កំពុងពិនិត្យរឿងនេះដោយយកចិត្តទុកដាក់»។ ក្រុមហ៊ុនមិនបានប្រាប់ថា "
                "នឹងបើកប្រាក់នៅពេលណាទេ ហើយបន្ថែមថា ប្រេងឥន្ធនៈឡើងថ្លៃ "
                "រថយន្តដឹកទំនិញដែលឆ្លងទន្លេឆ្នាំនេះក៏មានចំនួនតិចជាងមុនដែរ។",
                "សម្រាប់ប្រជាជននៅត្រើយទាំងសងខាង ការផ្អាកនេះមានន័យថា ត្រូវធ្វើដំណើរវាងប្រមាណ "
                "ហុកសិបគីឡូម៉ែត្រ តាមស្ពានដែលនៅជិតបំផុត។ កសិករខ្លះបានជួលទូកនេសាទដឹកបន្លែទៅផ្សារ។ "
                "ទោះយ៉ាងណា មនុស្សជាច្រើននិយាយថា ពួកគេយល់ពីកម្មករ។ "
                "«ពួកគាត់បានចម្លងយើងអស់ជាច្រើនឆ្នាំមកហើយ» នេះជាសម្ដីរបស់ស្ត្រីលក់នំម្នាក់នៅចំណត។ "
                "«តែបីថ្ងៃប៉ុណ្ណោះ យើងយួរកន្ត្រកខ្លួនឯងក៏បាន»។",
                "ការិយាល័យការងារខេត្តបានអញ្ជើញភាគីទាំងពីរមកចរចាគ្នានៅថ្ងៃច័ន្ទ។ កម្មករនិយាយថា "
                "រហូតដល់ពេលនោះ ទូកតូចមួយនឹងនៅតែចម្លងអ្នកជំងឺ និងសិស្សសាលា ដោយមិនយកថ្លៃ។",
            ),
        ),
    ),
    credits=(
        Credit("រាយការណ៍ដោយ", "ផ្នែកភាសាខ្មែរ"),
        Credit("បកប្រែដោយ", "ស. ចាន់"),
        Credit("សរសេរជាភាសាអង់គ្លេសដោយ", "R. Vale"),
    ),
    words=Words(
        skip="រំលងទៅមតិយោបល់",
        editions="ភាសា",
        share="ចែករំលែក",
        share_whatsapp="ចែករំលែកតាម WhatsApp",
        share_email="អ៊ីមែល",
        share_signal=(
            "Signal មិនទទួលតំណពីគេហទំព័រទេ។ សូមចុចអាសយដ្ឋាននេះឱ្យជាប់ ចម្លងវា "
            "រួចបិទភ្ជាប់ក្នុង Signal។"
        ),
        copy_link="ចម្លងតំណ",
        copy_how="ចុចអាសយដ្ឋាននេះឱ្យជាប់ រួចជ្រើសរើស «ចម្លង»។",
        invented=(
            "ទន្លេប៉ុស្តិ៍ជាសារព័ត៌មានប្រឌិត បង្កើតឡើងដើម្បីបង្ហាញ Yobal។ "
            "មនុស្ស ទីកន្លែង និងហេតុការណ៍ក្នុងទំព័រនេះ សុទ្ធតែប្រឌិត។"
        ),
    ),
)

ENGLISH: Final = Edition(
    edition="en",
    label="English",
    masthead=SITE_NAME,
    section="Labour",
    day="20 November 2026",
    day_iso="2026-11-20",
    headline="Ferry workers at Kampong Tuek ask for the pay they were promised",
    standfirst=(
        "Some two hundred workers have stopped work for three days. "
        "They say that a wage agreement signed in April was never carried out."
    ),
    picture_alt=(
        "A drawing: a wide river at dusk, a ferry tied up at the landing, lamps along the bank."
    ),
    caption="The landing at Kampong Tuek on Thursday evening. Drawing: The River Post",
    body=(
        Section(
            heading="",
            paragraphs=(
                "On Thursday evening the ropes at the landing of Kampong Tuek were still tied, and "
                "the two large ferries that carry trucks, motorbikes and schoolchildren across the "
                "river had not moved since Tuesday. On the ramp some two hundred men and women sat "
                "in the shade of the ticket house, as they had the day before.",
                "They are deckhands, mechanics, ticket sellers and cooks. In April, the workers "
                "say, the company that runs the crossing agreed in writing to raise the lowest "
                "wage by a fifth from the beginning of the rainy season. The rains came in June. "
                "The raise did not.",
                "“Every month we were told: next month,” said a deckhand who has worked on the "
                "crossing for eleven years. “My rent does not wait until next month.”",
            ),
        ),
        Section(
            heading="“We only ask for what is written”",
            paragraphs=(
                "A speaker for the workers, who asked not to be named, showed a copy of the "
                "agreement with three signatures and a stamp. “We do not ask for anything new,” "
                "she said. “We only ask for what is written.”",
                "In a short letter to The River Post the company confirmed that “a paper exists” "
                "and said that it was “studying the matter with care”. It did not say when it "
                "would pay. It added that fuel had become dearer, and that fewer trucks had "
                "crossed this year.",
                "For people on both banks the standstill means a detour of some sixty kilometres "
                "over the nearest bridge. A few farmers have hired fishing boats to bring their "
                "vegetables to market. Many say that they understand the workers all the same. "
                "“They have carried us for years,” said a woman who sells cakes at the landing. "
                "“For three days we can carry our own baskets.”",
                "The provincial labour office has invited both sides to talks on Monday. Until "
                "then, the workers say, one small boat will go on carrying the sick and the "
                "schoolchildren, free of charge.",
            ),
        ),
    ),
    credits=(
        Credit("Reported by", "the Khmer desk"),
        Credit("Translated by", "S. Chan"),
        Credit("Written in English by", "R. Vale"),
    ),
    words=Words(
        skip="Skip to the comments",
        editions="Languages",
        share="Share",
        share_whatsapp="Share on WhatsApp",
        share_email="E-mail",
        share_signal=(
            "Signal takes no links from web pages. Hold this address, copy it, "
            "and paste it into Signal."
        ),
        copy_link="Copy link",
        copy_how="Hold this address, then choose “Copy”.",
        invented=(
            "The River Post is an invented newspaper, made to show Yobal. "
            "The people, places and events on this page are invented too."
        ),
    ),
)

EDITIONS: Final = (KHMER, ENGLISH)
