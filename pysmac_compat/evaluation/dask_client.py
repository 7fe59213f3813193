"""The client of the Dask cluster that ``smac_options['dask-client']`` names."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, cut

_NAME = "smac_options['dask-client']"


@contextlib.contextmanager
def connected(cluster: Any, function: Callable[..., Any], workers: int | None) -> Iterator[tuple[Any, int]]:
    """Yield a client of the cluster and the number of calls at a time; refuse arguments that cannot work.

    Parameters
    ----------
    cluster : dask.distributed.Client, cluster object or str
        A client stays open at the end. For a cluster object, the address of a scheduler or the path of its scheduler
        file, the context opens a client, and closes it at the end.
    function : callable
        The user's function. Cloudpickle must be able to send it.
    workers : int or None
        The number of calls at a time. None means the number of threads that the workers have now.

    Raises
    ------
    ArgumentError
        If no scheduler answers, the function cannot be sent, the client is asynchronous or not connected, or the
        cluster has no workers and ``workers`` is None.
    """
    import cloudpickle

    try:
        cloudpickle.dumps(function)
    except Exception as error:
        raise ArgumentError(f"{_NAME}: the function cannot be sent to the workers: {error}") from error
    with contextlib.ExitStack() as opened:
        client = cluster if hasattr(cluster, "submit") else opened.enter_context(_client_of(cluster))
        if getattr(client, "asynchronous", False):
            raise ArgumentError(f"{_NAME} must be a synchronous client, got one with asynchronous=True")
        if client.status != "running":
            raise ArgumentError(f"{_NAME} is not connected to a cluster: its status is {client.status!r}")
        threads = sum(client.nthreads().values())
        if not threads and workers is None:
            raise ArgumentError(
                f"{_NAME}: the cluster has no workers yet. Wait for them with Client.wait_for_workers, or set "
                "smac_options['workers'] to the number of calls at a time"
            )
        if not threads:
            warn(f"{_NAME}: the cluster has no workers yet; the calls wait until workers join it")
        yield client, workers or threads


@contextlib.contextmanager
def _client_of(cluster: Any) -> Iterator[Any]:
    from distributed import Client

    where = cluster if isinstance(cluster, str) else getattr(cluster, "scheduler_address", cluster)
    try:
        if isinstance(cluster, str) and os.path.isfile(cluster):
            client = Client(scheduler_file=cluster, set_as_default=False)
        else:
            client = Client(cluster, set_as_default=False)
    except Exception as error:
        raise ArgumentError(f"{_NAME}: no scheduler answers at {where!r}: {cut(str(error))}") from error
    with client:
        yield client
