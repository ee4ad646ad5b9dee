"""Arguments as people type them. In: the words of a command line. Out: the words in an order that click understands."""

GOLD_OPTIONS = ("--similarity", "--analogy", "--clusters", "--segmentation", "--lexicon", "--terms")


def in_clicks_order(arguments: list[str]) -> list[str]:
    """Move --debug and --log, which may stand anywhere, before the command, where click wants them."""
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            return [*first, *rest, argument, *given]
        if argument == "--debug" or argument.startswith("--log="):
            first.append(argument)
        elif argument == "--log":
            first += [argument, *([value] if (value := next(given, None)) is not None else [])]
        else:
            rest.append(argument)
    return first + _files_apart(rest)


def _files_apart(arguments: list[str]) -> list[str]:
    """`evaluate DIR --terms A B` means `evaluate DIR --terms A --terms B`, and `mine PATH --against A B` likewise.

    After DIR or PATH, what follows a file of such an option is another one.
    """
    given: list[str] = []
    option, wants_value, positions = "", False, 0
    for argument in arguments:
        if argument.startswith("--"):
            option, _, value = argument.partition("=")
            wants_value = not value
        elif wants_value:
            wants_value = False
        elif (option in GOLD_OPTIONS and positions == 2) or (option == "--against" and positions >= 2):
            given.append(option)
        else:
            positions += 1
        given.append(argument)
    return given
