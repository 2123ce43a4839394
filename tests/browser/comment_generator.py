"""Varied comments: every script, every length, hostile ones; generated from a number, always the same."""

import random
from typing import Final

from tests.promises.payloads import PAYLOADS
from yobal.core.text import clean, clean_line

GRAPHEMES_MAX: Final = 2_000

_SCRIPTS: Final = (
    "ខ្ញុំ\u200bគាំទ្រ\u200bពួកគាត់។ ពួកគាត់\u200bមិន\u200bសុំ\u200bអ្វី\u200bច្រើន\u200bទេ ៕ ",
    "ကျွန်တော် သဘောတူပါတယ်။ ဒါပေမဲ့ ဘာကြောင့်လဲ။ ",
    "เรือข้ามฟากมาสายทุกวัน และไม่มีใครบอกว่าทำไม ๆ ",
    "ພວກເຮົາຕ້ອງການຮູ້ຄວາມຈິງ ໆ ",
    "བོད་ཡིག་གིས་བྲིས་པའི་བསམ་ཚུལ། ",
    "كان والدي يعمل على هذه العبّارة ثلاثين عاما، (2024) والاتفاق حقيقي. ",
    "می\u200cخواهم بدانم چرا کشتی\u200cها دیر می\u200cآیند؟ ",
    "مەن بۇ خەۋەرگە\u200c ئىشەنمەيمەن. ",
    "יצאתי מ־תל אביב ב־07:30, ולא הגעתי. ",
    "渡轮总是迟到，没有人告诉我们为什么。「真的吗？」",
    "フェリーはいつも遅れて、ガ と ガ は同じです。",
    "나룻배는 늘 늦었고 아무도 까닭을 말하지 않았다. ",
    "መርከቡ ሁልጊዜ ይዘገያል፤ ማንም ምክንያቱን አልነገረንም። ",
    "नौका हमेशा देर से आती थी, क्\u200dष और क्\u200cष अलग हैं। ",
    "ফেরিটা সবসময় দেরি করত। ",
    "படகு எப்போதும் தாமதமாக வந்தது. ",
    "Паром всегда опаздывал, и никто не объяснил почему. ",
    "Το πλοίο αργούσε πάντα. ",
    "ბორანი ყოველთვის იგვიანებდა. ",
    "Լաստանավը միշտ ուշանում էր։ ",
    "ދޯންޏަކީ އަބަދުވެސް ލަސްވާ އެއްޗެކެވެ. ",
    "Phà luôn đến trễ, e\u0301 = é, Ô\u0323 = Ộ. ",
    "The ferry was always late, and nobody told us why. ",
    "👩🏽\u200d🚒👨\u200d👩\u200d👧\u200d👦🏳️\u200d🌈🇰🇭❤️\u200d🔥 ",
    "بە کوردی\u200c دەنووسم، 12:30 — (سێ)! ",
)


class Varied:
    """One comment as a reader types it, and as it may appear."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    @property
    def shown(self) -> tuple[str, str]:
        return clean(self.text), clean_line(self.name)


def comments(count: int) -> list[Varied]:
    """So many, no two of them alike."""
    chance = random.Random(2_026)
    made = [_varied_comment(number, chance) for number in range(count)]
    assert len({comment.shown[0] for comment in made}) == count
    return made


def _varied_comment(number: int, chance: random.Random) -> Varied:
    script = _SCRIPTS[number % len(_SCRIPTS)]
    name = script.split()[0][:20] if number % 3 else ""
    if number < len(_SCRIPTS):
        return Varied(script, name)
    if number % 4 == 0:  # hostile
        return Varied(f"{PAYLOADS[number % len(PAYLOADS)]}\r\n\n\n\n{number}\u202e", name)
    if number % 10 == 1:  # one letter alone, in the thousands of Han
        return Varied(chr(0x4E00 + number), name)
    if number % 10 == 7:  # to the limit, to the letter
        long = f"{number} " + script * (GRAPHEMES_MAX // len(script) + 1)
        return Varied(clean(long[:GRAPHEMES_MAX]), name)
    length = chance.randint(1, 400)
    return Varied(f"{number}\n{(script * 20)[:length]}\t{number} ", name)
