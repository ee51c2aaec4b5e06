"""Where the files of a document lie below the output folder."""


def record_path(document: str) -> str:
    """Return where a record lies below the output folder."""
    return f"records/{document}.json"


def text_path(document: str) -> str:
    """Return where a reading text lies below the output folder."""
    return f"text/{document}.txt"


def removed_record_path(document: str) -> str:
    """Return where the last record of a document that has left its source lies below the output folder."""
    return f"removed/{record_path(document)}"


def removed_text_path(document: str) -> str:
    """Return where the text of that record lies."""
    return f"removed/{text_path(document)}"


def entry_path(document: str) -> str:
    """Return where a quarantine entry lies below the output folder."""
    return f"quarantine/{document}.json"
