"""The command line: one function per command, grouped into modules."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line in the language of the system, and leave with its exit code."""
    try:  # imports stand inside: Ctrl-C during one would print a traceback
        import gc

        gc.disable()  # nothing that an import makes is garbage: to look for some takes a tenth of the start
        from blogarchive.messages import use_system_language

        use_system_language()
        from blogarchive.cli import group  # help texts are translated when it is imported

        group.main(arguments)
    except KeyboardInterrupt:  # Ctrl-C at the start, or while an error's message is printed
        raise SystemExit(3) from None  # the exit code of `Interrupted`, which may not be imported yet


__all__ = ["main"]
