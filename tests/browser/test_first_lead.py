"""The first lead opens the desk by the link of `yobal init`, in a browser, as in real life."""

from tests.browser.fixtures import Founded
from tests.browser.visitors import Visitors


def test_a_lead_made_in_the_browser_signs_in_with_the_seven_words(
    still: Founded, visitors: Visitors
) -> None:
    lead = still.lead(visitors)
    assert lead.page.locator("#queue-title").inner_text() == "Nothing waits"
