"""The `antoan` command: its words and where each is carried out. Rooms are imported only when entered."""

from __future__ import annotations

import sys
from importlib.metadata import version

from cyclopts import App

from telemetry.strict import SettingsError

EXAMPLES = {
    "demo": "`./antoan demo`, `./antoan demo --tour`, `./antoan demo --headless --seconds 30 --json`",
    "test": "`./antoan test`, `./antoan test tests/telemetry -k chain`, `./antoan test --faults --rounds 50 --seed 7`",
    "bench": "`./antoan bench wire --json`",
    "simulate": "`./antoan simulate confined_space --speed 5`, `./antoan simulate mykit.yaml --json`",
    "import": "`./antoan import report.txt --profile nti.xl2 --zone Asia/Ho_Chi_Minh`, `./antoan import verify imports/3f1c9a2b7d604e58`",
    "migrate": "`./antoan migrate --config owner.yaml`",
    "rebuild": "`./antoan rebuild rollups --config owner.yaml`",
    "verify": "`./antoan verify --config owner.yaml`",
}
"""Of the words that do something by themselves; the others carry their examples themselves."""

COMMANDS = {
    "demo": ("deploy.commands.demo:demo", "Run the whole platform here, on real recordings, in one command."),
    "test": ("deploy.commands.test:run_tests", "Set up what the tests need, check the code, run the tests."),
    "bench": ("deploy.commands.bench:bench", "Measure against the bars of the design, as ratios in one run."),
    "gateway": ("deploy.commands.gateway:app", "Enrol a gateway, run it, check its instruments."),
    "profile": ("deploy.commands.profile:app", "Instrument profiles: list, show, check, decode captured bytes."),
    "simulate": ("deploy.commands.simulate:simulate", "Play a kit of instruments over their real protocols."),
    "import": (
        "deploy.commands.import_file:app",
        "Take in the files of loggers read out after the shift; verify them.",
    ),
    "limits": ("deploy.commands.limits:app", "Exposure limits: list, show, check a set of one's own."),
    "ingest": ("deploy.commands.services:ingest", "Broker to record, and what follows the record."),
    "alerts": ("deploy.commands.services:alerts", "Rules over the record; people told of alerts."),
    "api": ("deploy.commands.services:api", "The page, its API and enrolment."),
    "admin": ("deploy.commands.admin:app", "Agencies, people, sites, deployments, rules and recipients."),
    "enrolment": ("deploy.commands.enrolment:app", "Let gateways join, or shut them out."),
    "broker": ("deploy.commands.broker:app", "Configure the MQTT broker of a server."),
    "migrate": ("deploy.commands.store:migrate", "Bring the database to this version's schema."),
    "rebuild": ("deploy.commands.store:rebuild", "Drop a projection and build it again from the record."),
    "verify": ("deploy.commands.store:verify", "Verify every chain in the record, and the rows against it."),
}


def build_app() -> App:
    """Return the command line: one lazily imported entry a command, each with a one-line help."""
    app = App(
        name="antoan",
        help="AnToan: telemetry for occupational safety and health that can be proved.",
        version=version("antoan"),
        help_format="markdown",
    )
    for name, (where, what) in COMMANDS.items():
        app.command(where, name=name, help=f"{what}\n\nExample: {EXAMPLES[name]}" if name in EXAMPLES else what)
    return app


def main() -> None:
    """Run the command line; a mistake in a settings file is shown as a sentence, never as a traceback."""
    try:
        build_app()()
    except SettingsError as error:
        sys.exit(f"antoan: {error}")


if __name__ == "__main__":
    main()
