"""Tables without Spark: Parquet to Arrow and NumPy and back, for the trainers and for everything that reads a workspace."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from wajue import schemas
from wajue.errors import WajueError, meant, unusable_vectors
from wajue.store.workspace import Workspace, WorkspaceOrFolder, to_write

# each page is compared with its checksum
_CHECKED = ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True))


def _dataset(workspace: Workspace, path: str, table: str) -> ds.Dataset:
    files, root = workspace.files
    try:
        return ds.dataset(f"{root}/{path}", filesystem=files, format=_CHECKED, ignore_prefixes=[".", "_"])
    except (pa.ArrowException, OSError) as error:
        raise workspace.damaged(table.removeprefix("_unfinished/"), error) from None


def declared(workspace: Workspace, table: str) -> ds.Dataset:
    """A table that is as it is declared. Raises WajueError if it is missing, damaged, or not as declared."""
    if table not in schemas.TABLES:
        raise WajueError(
            f"there is no table {table!r}; {meant(table, schemas.TABLES)}; views such as rejects and new_words are for select"
        )
    workspace.must_have(table)
    data = _dataset(workspace, table, table)
    faults = schemas.TABLES[table].differences(data.schema) if data.schema.names else []
    if faults:
        raise WajueError(
            f"table {table} of {workspace.location} is not as declared: {'; '.join(faults)}; "
            f"{to_write(table, '--force --from')} writes it anew"
        )
    return data


def read(workspace: WorkspaceOrFolder, table: str, columns: list[str] | None = None) -> pa.Table:
    """A whole table, or some of its columns. Raises WajueError if it is missing, damaged, or not as declared."""
    workspace = Workspace.of(workspace)
    data = declared(workspace, table)
    for column in columns or ():
        if column not in data.schema.names:
            raise WajueError(f"table {table} has no column {column!r}; it has {', '.join(data.schema.names)}")
    try:
        return data.to_table(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise workspace.damaged(table, error) from None


def batches(
    workspace: Workspace, table: str, columns: list[str] | None = None, only: pc.Expression | None = None
) -> Iterator[pa.Table]:
    """A table a piece at a time, none of them empty; only: rows that this holds for. Raises as `read` does."""
    data = declared(workspace, table)
    try:
        for batch in data.to_batches(columns=columns, filter=only):
            if batch.num_rows:
                yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise workspace.damaged(table, error) from None


def word_vectors(workspace: Workspace, model: str) -> pa.Table:
    """The table `sgns_words` or `jose_words`. Raises as `read` does, and WajueError if it holds no vector."""
    rows = read(workspace, f"{model}_words")
    if not rows.num_rows:
        raise WajueError(f"table {model}_words of {workspace.location} holds no vector: no word reached [vocabulary] min_count")
    return rows


def damage(workspace: Workspace, table: str) -> str | None:
    """What is wrong with the data of a table that has a manifest: every page is read, and compared with its checksum."""
    if (manifest := workspace.manifest(table)) is None or (fault := workspace.fault(table)) is not None:
        return fault if manifest else None
    files, _ = workspace.files
    row_count = 0
    for path in workspace.parquet_files(table):
        try:
            with files.open_input_file(path) as source:
                parts = pq.ParquetFile(source, pre_buffer=False, page_checksum_verification=True).iter_batches(use_threads=False)
                row_count += sum(batch.num_rows for batch in parts)
        except (pa.ArrowException, OSError, ValueError) as error:
            return f"{path.rsplit('/', 1)[-1]}: {' '.join(str(error).split())}"
    written = manifest.get("rows_out", row_count)
    return None if row_count == written else f"it holds {row_count:,} rows, {written:,} were written"


def count_rows(workspace: Workspace, path: str) -> int:
    """Rows of a table (or of `_unfinished/TABLE`), from the Parquet footers."""
    return _dataset(workspace, path, path).count_rows()


def value_counts(workspace: Workspace, path: str, column: str) -> dict[str, int]:
    """{string: how often it stands in a column of strings or of lists of them}, sorted, of a table (or of `_unfinished/TABLE`)."""
    counts: Counter[str] = Counter()
    for batch in _dataset(workspace, path, path).to_batches(columns=[column]):
        values = batch.column(0)
        counted = (pc.list_flatten(values) if pa.types.is_list(values.type) else values).value_counts()
        counts.update(dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)))
    return dict(sorted(counts.items()))


def total(workspace: Workspace, path: str, column: str) -> int:
    """The sum of a column of a table (or of `_unfinished/TABLE`)."""
    batches_of_column = _dataset(workspace, path, path).to_batches(columns=[column])
    return sum(pc.sum(batch.column(0)).as_py() or 0 for batch in batches_of_column)


def write(rows: pa.Table, workspace: Workspace, table: str) -> None:
    """Write a table to its unfinished place, as one file."""
    write_all([rows], workspace, table)


def write_all(pieces: Iterable[pa.Table], workspace: Workspace, table: str) -> None:
    """Write a table of at least one piece to its unfinished place, as one file, each piece in row groups of its own."""
    declared = schemas.TABLES[table]
    files, root = workspace.files
    folder = f"{root}/_unfinished/{table}"
    files.create_dir(folder, recursive=True)
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            faults = declared.differences(piece.schema)
            if faults:
                raise WajueError(f"table {table} about to be written is not as declared: {'; '.join(faults)}")
            columns = piece.select([c.name for c in declared.columns])
            if writer is None:
                vectors = {"vector.list.element": "BYTE_STREAM_SPLIT"} if "vector" in columns.schema.names else None
                writer = pq.ParquetWriter(
                    f"{folder}/part-00000.zstd.parquet",
                    columns.schema,
                    filesystem=files,
                    compression="zstd",
                    write_page_checksum=True,
                    use_dictionary=not vectors,
                    column_encoding=vectors,
                )
            writer.write_table(columns, row_group_size=100_000)
    finally:
        if writer is not None:
            writer.close()


def matrix(rows: pa.Table) -> np.ndarray:
    """The column `vector` as float32 [rows, dim]. Raises WajueError if a component is no number."""
    column = rows.column("vector").combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    dim = column.type.list_size if pa.types.is_fixed_size_list(column.type) else len(column.flatten()) // max(len(column), 1)
    vectors: np.ndarray = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), dim)
    if not (is_usable := np.isfinite(vectors).all(axis=1)).all():
        raise unusable_vectors(int((~is_usable).sum()))
    return vectors


def vectors(matrix: np.ndarray) -> pa.FixedSizeListArray:
    """The Arrow column of float32 [rows, dim]."""
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(matrix, np.float32).ravel()), matrix.shape[1])
