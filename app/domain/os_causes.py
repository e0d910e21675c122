"""What the system says of a failure, in the language that is spoken where it is known."""

from __future__ import annotations

from app.domain.words import Sentence, marked

# As glibc, macOS and Windows' C library say them; others, and those of a system that speaks
# another language itself, are shown as they are.
KNOWN = (
    marked("Address already in use"),
    marked("Broken pipe"),
    marked("Cannot allocate memory"),
    marked("Connection refused"),
    marked("Connection reset by peer"),
    marked("Connection timed out"),
    marked("Device or resource busy"),
    marked("Directory not empty"),
    marked("Disk quota exceeded"),
    marked("File exists"),
    marked("File name too long"),
    marked("File too large"),
    marked("Input/output error"),
    marked("Invalid argument"),
    marked("Invalid cross-device link"),
    marked("Is a directory"),
    marked("Name or service not known"),
    marked("Network is unreachable"),
    marked("No address associated with hostname"),
    marked("No route to host"),
    marked("No space left on device"),
    marked("No such file or directory"),
    marked("Not a directory"),
    marked("Operation not permitted"),
    marked("Permission denied"),
    marked("Read-only file system"),
    marked("Resource temporarily unavailable"),
    marked("Stale file handle"),
    marked("Temporary failure in name resolution"),
    marked("Text file busy"),
    marked("Too many levels of symbolic links"),
    marked("Too many open files"),
    marked("Too many open files in system"),
    marked("nodename nor servname provided, or not known"),
    marked("not a regular file"),  # in our own words: a pipe, a device
)


def cause_of(error: OSError) -> Sentence:
    """The system's own words for a failure, without a full stop."""
    return Sentence(error.strerror or str(error))
