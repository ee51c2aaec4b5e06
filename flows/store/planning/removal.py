"""Documents that have left their source: which these are, and when nobody can say."""

from flows.errors import UsageError
from flows.options import Options
from flows.sources.folder import SourceListing
from flows.store.state.manifest import Manifest


def gone(manifest: Manifest, listing: SourceListing, options: Options) -> tuple[str, ...]:
    """Find the documents that a source had and has no more.

    Args:
        manifest: what is known of documents and where they came from.
        listing: what the sources of this run hold. Of those that were not listed to the last document
            nothing can be said, and a document that could not be fetched has not gone.
        options: what was asked of the run.

    Returns:
        Their ids, in order.

    Raises:
        UsageError: a source is empty that held documents: more likely it is not there, as a disk that is
            not mounted.
    """
    here = {document.id for document in listing.documents} | listing.held
    filled = {document.source for document in listing.documents}
    left: set[str] = set()
    for source in listing.whole:
        known = manifest.from_source(source)
        if known - here and source not in filled and not options.allow_empty:
            message = (
                f"{source} is empty, and {len(known):,} documents came from it; "
                "make sure that it is really there, or remove them with --allow-empty"
            )
            raise UsageError(message)
        left |= known - here
    return tuple(sorted(filter(options.concerns, left)))
