"""Lists say where a publisher had to explain a figure."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.records.reports import CheckAnswer
from tests.factories import Make


def test_a_card_counts_the_explained_checks_of_the_newest_report(
    client: FlaskClient, session: Session, make: Make
) -> None:
    explained = CheckAnswer(finding="spent_above_disbursed", explanation="垫付工程款，下月拨付后补齐。")
    make.published_report(make.project(title="有说明的路"), answers=[explained])
    session.commit()
    assert "数据核对：1 处有说明" in client.get("/projects/?origin=own").text


def test_a_card_without_them_says_nothing_of_checks(client: FlaskClient, session: Session, make: Make) -> None:
    make.published_report(make.project(title="没有提醒的路"))
    session.commit()
    assert "数据核对：" not in client.get("/projects/?origin=own").text
