"""Arrays without references to be counted, for compiled loops.

Numba counts the references to an array, by atomic additions, wherever a function is given one, be it compiled into its caller.
Nothing in the code shows it: look for `NRT_incref` in what `inspect_asm` says of a kernel that was not read from the cache. In a
loop over tokens it took a third of the time; threads that share an array take its counter from each other's cache besides.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        members: Any = kind
        parts = [_without_owner(context, builder, k, builder.extract_value(value, i)) for i, k in enumerate(members)]
        return context.make_tuple(builder, kind, parts)
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        return array._getvalue()
    return value


def _borrowed(typing_context: Any, value: Any) -> Any:

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _without_owner(context, builder, signature.args[0], args[0])

    return value(value), code


# borrowed(value): an array, or the arrays of a tuple beside numbers, without references to be counted. Whoever calls the function
# at work keeps them: it may neither make them itself nor return them
borrowed: Any = intrinsic(_borrowed)
