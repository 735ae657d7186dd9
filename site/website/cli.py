"""Commands: serve, import, search, journal, staff and sample content."""

import os
import sys
from pathlib import Path

import click
import flask_migrate

from minsheng.database import db, now, reading
from minsheng.editorial import publishing
from minsheng.errors import InvalidFileError
from minsheng.importing.published import import_published, read_rows
from minsheng.installation.first_run import FirstAdministrator
from minsheng.journal import current_head
from minsheng.progress import digests, outlines
from pages.services import services
from search import indexer
from website import contact_commands, first_run, import_words, jobs, oc4ids_commands, opinion_commands, sample_content
from website.application import create_app
from website.config import ConfigurationError, Settings, load_or_make_secrets
from website.server import CannotListenError, insist_on_free, run_server

UNREADABLE = {
    "unreadable": "the file cannot be read 文件无法读取",
    "not_utf8": "the file is not in UTF-8 文件不是 UTF-8 编码",
    "not_json": "the file is not JSON 文件不是 JSON 格式",
    "not_a_list": "the file must hold a list of records 文件应当是一个记录列表",
    "not_geojson": "the file must be a GeoJSON FeatureCollection 文件应当是 GeoJSON FeatureCollection",
}
UNFIT = {
    "unknown_place": "no place has this code 没有这个代码的地方",
    "twice": "the code stands twice in the file 代码在文件里出现两次",
    "no_review_number": "review_number is missing or too long 缺审图号，或太长",
    "bad_geometry": "no Polygon or MultiPolygon of closed rings in degrees 不是由闭合环组成的多边形（经纬度）",
    "too_many_corners": f"more than {outlines.MOST_CORNERS} corners: simplify first 折点太多，请先化简",
}
OPERATOR = "系统管理员"
"""The post that the journal names for what is done by command."""


@click.group()
@click.option("--data", type=click.Path(path_type=Path), envvar="MINSHENG_DATA", default="var", show_default=True)
@click.pass_context
def main(context: click.Context, data: Path) -> None:
    """Minsheng: a place's livelihood projects, and what its residents answer."""
    os.environ["MINSHENG_DATA"] = str(data.resolve())
    os.environ.update(load_or_make_secrets(data.resolve(), os.environ))
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    context.obj = settings


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--sample/--no-sample", default=True, show_default=True, help="Load sample content into an empty site.")
@click.pass_obj
def serve(settings: Settings, host: str, port: int, *, sample: bool) -> None:
    """Prepare database, content and index where needed, then serve."""
    try:
        insist_on_free(host, port)
    except CannotListenError as error:
        raise click.ClickException(f"cannot listen at {error}; choose another --port 无法使用这个地址和端口") from error
    app = create_app(settings)
    with app.app_context():
        _upgrade()
        if sample:
            sample_content.load_into_empty_site(settings.data)
        sample_content.forget_accounts(settings.data)
        first_address = first_run.address()
        _bring_index_up_to_date()
    # What is started without a public address is tried out on this machine: links in its mail lead here.
    os.environ.setdefault("MINSHENG_LOCAL_ADDRESS", f"http://{host}:{port}")
    _welcome(settings, host, port, first_address)
    run_server(host, port)


@main.command("setup")
@click.option("--site-name", prompt="Site name 网站名称")
@click.option("--place", prompt="Place, full name or code 地方的全名或代码")
@click.option("--username", prompt="First administrator's user name 第一位管理员的用户名")
@click.option("--name", "display_name", prompt="Name 姓名")
@click.option("--post", prompt="Post, shown publicly 岗位（公开）")
@click.option(
    "--places", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV: code,name,level,parent"
)
@click.pass_obj
def setup_command(
    settings: Settings, site_name: str, place: str, username: str, display_name: str, post: str, places: Path | None
) -> None:
    """Take the first steps of a real place: its name, its places, its first administrator.

    Prints the path of a link with which the administrator sets a password, once, within three days.
    """
    with create_app(settings).app_context():
        _upgrade()
        first = FirstAdministrator(username, display_name, post)
        click.echo(f"invitation 邀请链接: {settings.public_address}{first_run.set_up(site_name, place, first, places)}")
        _bring_index_up_to_date()


@main.group()
def sample() -> None:
    """Look after sample content."""


@sample.command("clear")
@click.option("--keep", multiple=True, metavar="USERNAME", help="A sample account to keep; may be given several times.")
@click.option("--compiled/--no-compiled", default=True, show_default=True, help="Remove compiled records too.")
@click.confirmation_option(prompt="Remove all sample content for good? 清除全部示例内容？")
@click.pass_obj
def clear_sample_command(settings: Settings, keep: tuple[str, ...], *, compiled: bool) -> None:
    """Remove all sample content before a place begins in earnest; the journal keeps what was said of it."""
    with create_app(settings).app_context():
        _upgrade()
        counts = first_run.clear_sample(keep, compiled=compiled)
        sample_content.forget_accounts(settings.data)
        _bring_index_up_to_date()
    for name, count in counts.items():
        click.echo(f"{name}: {count}")


@main.command("tick")
@click.pass_obj
def tick_command(settings: Settings) -> None:
    """Do what the clock asks for: make digests, send mail, erase what is over. For cron, every minute or so.

    Exits with 1 where a job failed.
    """
    with create_app(settings).app_context():
        outcomes = jobs.tick()
    for outcome in outcomes:
        click.echo(f"{outcome.name}: {outcome.error or outcome.result or 'ok'}", err=bool(outcome.error))
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)


@main.group()
def database() -> None:
    """Look after the database."""


@database.command("upgrade")
@click.pass_obj
def upgrade_database(settings: Settings) -> None:
    """Bring the database to the newest version."""
    with create_app(settings).app_context():
        _upgrade()


@main.group()
def figures() -> None:
    """Look after the digests that lists and sums are made from."""


@figures.command("rebuild")
@click.pass_obj
def rebuild_figures(settings: Settings) -> None:
    """Make every digest anew from the records, as after a load that went around this program."""
    with create_app(settings).app_context():
        number = digests.rebuild(db.session())
        db.session.commit()
    click.echo(f"{number} projects 个项目")


@main.group("import")
def import_group() -> None:
    """Bring in records from files."""


@import_group.command("published")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--programmes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_published_command(settings: Settings, file: Path, programmes: Path | None) -> None:
    """Load compiled records of published projects from FILE, or from a folder that also has programmes.json.

    A second import of the same file changes nothing.
    """
    projects_file = file / "projects.json" if file.is_dir() else file
    beside = projects_file.with_name("programmes.json")
    programmes_file = programmes or (beside if beside.exists() else None)
    with create_app(settings).app_context():
        _upgrade()
        result = import_published(
            db.session(),
            _read(projects_file),
            _read(programmes_file) if programmes_file else [],
            actor=sample_content.COMPILER,
            at=now(),
        )
        db.session.commit()
        _bring_index_up_to_date()
    for line in import_words.lines(result):
        click.echo(line)


@import_group.command("outlines")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_outlines_command(settings: Settings, file: Path) -> None:
    """Load outlines of places for the map from FILE, a GeoJSON FeatureCollection in WGS 84.

    Every feature carries the properties `code` (of the place) and `review_number` (审图号). All or nothing.
    """
    with create_app(settings).app_context():
        _upgrade()
        try:
            taken = outlines.take(db.session(), outlines.read_features(file.read_bytes()), actor=OPERATOR, at=now())
        except outlines.InvalidOutlinesError as error:
            lines = [f"✗ {doubt.number} {doubt.code}: {UNFIT[doubt.reason]}" for doubt in error.doubts]
            raise click.ClickException("\n".join([f"{file}: nothing was taken 全部没有导入", *lines])) from error
        except InvalidFileError as error:
            raise click.ClickException(f"{file}: {UNREADABLE[error.reason]}") from error
        db.session.commit()
    click.echo(f"界线：导入 {len(taken.codes)}，未变 {taken.unchanged} (taken, unchanged)")


@main.group()
def search() -> None:
    """Look after the search index."""


@search.command("rebuild")
@click.pass_obj
def rebuild_index(settings: Settings) -> None:
    """Build the index anew beside the live one, then switch."""
    with create_app(settings).app_context():
        indexer.rebuild(db.session(), services().search, services().today())


main.add_command(opinion_commands.opinion)
import_group.add_command(oc4ids_commands.import_oc4ids)
main.add_command(contact_commands.contacts)


@main.group()
def journal() -> None:
    """The record of what was published and done."""


@journal.command("head")
@click.pass_obj
def journal_head(settings: Settings) -> None:
    """Print the head to keep elsewhere: with it a cut tail is noticed."""
    with create_app(settings).app_context(), reading():
        click.echo(current_head(db.session()))


@journal.command("verify")
@click.option("--head", "saved_head", help="A head printed earlier by `minsheng journal head`.")
@click.pass_obj
def verify_journal(settings: Settings, saved_head: str | None) -> None:
    """Check the chain and every published record against it; exit 1 and name the places that do not fit."""
    with create_app(settings).app_context(), reading():
        faults = publishing.verify(db.session(), saved_head)
        for fault in faults:
            click.echo(f"{fault.kind}: {fault.where}", err=True)
        if faults:
            sys.exit(1)
        click.echo(f"OK {current_head(db.session())}")


def _read(file: Path) -> list[object]:
    """Return the rows of a JSON file. Fails in words where it cannot be read as a list."""
    try:
        return read_rows(file)
    except InvalidFileError as error:
        raise click.ClickException(f"{file}: {UNREADABLE[error.reason]}") from error


def _upgrade() -> None:
    """Bring the database to the newest version; a version that has new digests gets them filled in."""
    flask_migrate.upgrade()
    if not digests.are_complete(db.session()):
        digests.rebuild(db.session())
    db.session.commit()


def _bring_index_up_to_date() -> None:
    """Apply what waits in the outbox."""
    while indexer.drain(db.session(), services().search, services().today()):
        pass


def _welcome(settings: Settings, host: str, port: int, first_address: str) -> None:
    """Print where the site is and, with sample content, who may sign in."""
    accounts = settings.data / sample_content.ACCOUNTS_FILE
    click.echo("")
    click.secho(f"  民生·民声  http://{host}:{port}/", bold=True)
    click.echo(f"  staff      http://{host}:{port}/admin/")
    if first_address:
        click.echo("")
        click.secho(f"  first steps 首次设置  http://{host}:{port}{first_address}", bold=True)
    if accounts.exists():
        click.echo("")
        click.echo(accounts.read_text(encoding="utf-8"))
