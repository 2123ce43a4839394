"""Comments under the demonstration's story: published ones and pending ones. Only data.

All authors are invented. No phone number begins with 000, so none of these can be dialled.
"""

from typing import Final

import msgspec

from yobal.core.terms import EditKind


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A moderator's edit: the text that the author sealed, the kind of edit, the clause."""

    sealed_text: str
    edit_kind: EditKind
    clause: str


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One comment. `parent_key` is the `key` of a published sample; an empty name is "Anonymous"."""

    key: str
    edition: str
    lang: str
    text: str
    name: str = ""
    parent_key: str | None = None
    wants_receipt: bool = False
    edit: Edit | None = None


# Oldest first: a reply comes after its parent.
PUBLISHED: Final = (
    Sample(
        key="support",
        edition="km",
        lang="km",
        text="ខ្ញុំគាំទ្រពួកគាត់។ ពួកគាត់មិនសុំអ្វីច្រើនទេ គ្រាន់តែសុំអ្វីដែលគេបានសន្យា។",
    ),
    Sample(
        key="agreement",
        edition="en",
        lang="en",
        name="Reader from the delta",
        text=(
            "My father worked on this ferry for thirty years. The agreement is real: a copy hung "
            "in the ticket house all summer. Call ▮▮▮▮▮▮▮▮ if you want to see it."
        ),
        edit=Edit(
            sealed_text=(
                "My father worked on this ferry for thirty years. The agreement is real: a copy "
                "hung in the ticket house all summer. Call 000 555 0142 if you want to see it."
            ),
            edit_kind="masked",
            clause="personal-data",
        ),
    ),
    Sample(
        key="driver",
        edition="km",
        lang="km",
        name="អ្នកបើកឡាន",
        text=("ខ្ញុំបើកឡានដឹកទំនិញ ហើយខាតបីថ្ងៃហើយ។ ខ្ញុំមិនខឹងនឹងកម្មករទេ តែសូមក្រុមហ៊ុនកុំទុកឱ្យមនុស្សទាំងពីរត្រើយរង់ចាំយូរពេក។"),
    ),
    Sample(
        key="ticket-house",
        edition="en",
        lang="en",
        parent_key="agreement",
        text="I saw that copy too. It came down in August, when the roof was painted.",
    ),
    Sample(
        key="talks",
        edition="en",
        lang="en",
        text=(
            "There were talks in April as well, and the paper came out of them. What is different "
            "this time? I would like to read the invitation of the labour office.\n\n"
            "Thank you for going there and asking."
        ),
    ),
    Sample(
        key="grandmother",
        edition="km",
        lang="km",
        parent_key="agreement",
        name="ចៅអ្នកចម្លងទូក",
        text=("ជីដូនខ្ញុំក៏ធ្លាប់លក់សំបុត្រនៅទីនោះដែរ។ គាត់ថា ប្រាក់ខែតែងតែមកយឺត តែមិនដែលយឺតដូចឆ្នាំនេះទេ។"),
    ),
)

PENDING: Final = (
    Sample(
        key="small-boat",
        edition="km",
        lang="km",
        # With U+200B between words, as many Khmer keyboards insert it.
        text=(
            "កូន\u200bខ្ញុំ\u200bឆ្លង\u200bទន្លេ\u200bទៅ\u200bរៀន\u200bរាល់\u200bថ្ងៃ។ "
            "ថ្ងៃនេះ\u200bទូក\u200bតូច\u200bបាន\u200bចម្លង\u200bវា "
            "ដោយ\u200bមិន\u200bយក\u200bលុយ។ អរគុណ\u200bបងៗ\u200bទាំងអស់គ្នា។"
        ),
        wants_receipt=True,
    ),
    Sample(
        key="print-it",
        edition="en",
        lang="en",
        text=(
            "Could you print the agreement itself, with the names covered? "
            "Then nobody could say that it does not exist."
        ),
        wants_receipt=True,
    ),
    Sample(
        key="telephone",
        edition="km",
        lang="km",
        text=("អ្នកណាមានរូបថតក្រដាសនោះ សូមទូរស័ព្ទមកលេខ 000 555 0178។ ខ្ញុំចង់ឱ្យមេភូមិរបស់យើងបានអានដែរ។"),
        wants_receipt=True,
    ),
    Sample(
        key="thai",
        edition="en",
        lang="th",
        text="ที่ท่าเรือฝั่งเราก็เคยเป็นแบบนี้ บริษัทรับปากแล้วก็เงียบไป ขอเป็นกำลังใจให้ทุกคนที่นั่น",
    ),
    Sample(
        key="threat",
        edition="en",
        lang="en",
        name="Enough",
        text=(
            "Whoever runs that company should be dragged out of his house and beaten. "
            "We know which road he takes home."
        ),
    ),
    Sample(
        key="korean",
        edition="en",
        lang="ko",
        text=(
            "멀리서 읽고 있습니다. 약속한 임금을 달라는 것뿐인데 사흘이나 배를 세워야 했다니 "
            "마음이 아픕니다. 모두 무사하시기를 바랍니다."
        ),
    ),
    Sample(
        key="spam",
        edition="en",
        lang="en",
        name="Best Jobs",
        text=(
            "EARN 500 A DAY FROM HOME!!! No boss, no experience needed. "
            "Write to easy.money@example.com now, only 20 places left!!!"
        ),
    ),
    Sample(
        key="to-the-driver",
        edition="km",
        lang="km",
        parent_key="driver",
        text=("បងអ្នកបើកឡានអើយ យើងយល់ពីបង។ តែបើប្រាក់ឈ្នួលមិនឡើង ឆ្នាំក្រោយគ្មានអ្នកណាចង់ធ្វើការលើសាឡាងទៀតទេ។"),
    ),
    Sample(
        key="other-view",
        edition="en",
        lang="en",
        text=(
            "I see it differently. Fuel has become expensive for everyone, and the company is small. "
            "If it closes, two hundred people have no wage at all. Could the raise come in steps?"
        ),
        wants_receipt=True,
    ),
    Sample(
        key="japanese",
        edition="en",
        lang="ja",
        name="旅の者",
        text=(
            "以前、この渡し船に何度も乗りました。乗組員の皆さんはいつも親切でした。"
            "約束された賃金が一日も早く支払われますように。"
        ),
    ),
    Sample(
        key="rumour",
        edition="km",
        lang="km",
        text="ខ្ញុំឮគេថា ក្រុមហ៊ុនលក់សាឡាងមួយទៅហើយ។ តើមានអ្នកណាដឹងថាពិតឬអត់?",
    ),
    Sample(
        key="bridge",
        edition="en",
        lang="en",
        name="A patient cyclist",
        text="When will the footbridge at the old market be repaired? Nobody writes about it.",
    ),
)
