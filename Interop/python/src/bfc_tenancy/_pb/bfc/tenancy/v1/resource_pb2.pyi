from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Resource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESOURCE_UNSPECIFIED: _ClassVar[Resource]
    RESOURCE_USERS: _ClassVar[Resource]
    RESOURCE_API_CALLS: _ClassVar[Resource]
    RESOURCE_STORAGE: _ClassVar[Resource]
    RESOURCE_TRANSACTIONS: _ClassVar[Resource]
RESOURCE_UNSPECIFIED: Resource
RESOURCE_USERS: Resource
RESOURCE_API_CALLS: Resource
RESOURCE_STORAGE: Resource
RESOURCE_TRANSACTIONS: Resource
