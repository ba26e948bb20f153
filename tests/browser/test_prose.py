from playwright.sync_api import expect

from tests.factories import NewsFactory


def test_news_are_written_without_script(browser, base_url, logged_in, coordinator):
    context = browser.new_context(java_script_enabled=False, storage_state=logged_in.context.storage_state())
    page = context.new_page()
    item = NewsFactory(state="draft", date=None)
    page.goto(f"{base_url}/admin/pages/news/{item.pk}/change/")
    expect(page.locator(".markdown-tools").first).to_be_hidden()
    page.locator("#id_text_nb").fill("Ny tekst")
    page.get_by_role("button", name="Lagre og publiser").click()
    expect(page.locator(".messagelist")).to_contain_text("Den er publisert")
    context.close()
    item.refresh_from_db()
    assert (item.text_nb, item.state) == ("Ny tekst", "published")
