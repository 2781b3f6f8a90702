from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuotaLease(_message.Message):
    __slots__ = ("lease_id", "tenant_id", "resource", "granted", "expires_in", "limit_version", "low_water", "sequence", "consumed", "recalled", "decided_at")
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    LOW_WATER_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    RECALLED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    lease_id: str
    tenant_id: int
    resource: _resource_pb2.Resource
    granted: int
    expires_in: _duration_pb2.Duration
    limit_version: int
    low_water: int
    sequence: int
    consumed: int
    recalled: bool
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, lease_id: _Optional[str] = ..., tenant_id: _Optional[int] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., granted: _Optional[int] = ..., expires_in: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., limit_version: _Optional[int] = ..., low_water: _Optional[int] = ..., sequence: _Optional[int] = ..., consumed: _Optional[int] = ..., recalled: bool = ..., decided_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AcquireLeaseRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "time_to_live", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    time_to_live: _duration_pb2.Duration
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., time_to_live: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class AcquireLeaseResponse(_message.Message):
    __slots__ = ("success", "lease")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    lease: QuotaLease
    def __init__(self, success: bool = ..., lease: _Optional[_Union[QuotaLease, _Mapping]] = ...) -> None: ...

class RenewLeaseRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "lease_id", "sequence", "consumed", "wanted")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    lease_id: str
    sequence: int
    consumed: int
    wanted: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., lease_id: _Optional[str] = ..., sequence: _Optional[int] = ..., consumed: _Optional[int] = ..., wanted: _Optional[int] = ...) -> None: ...

class RenewLeaseResponse(_message.Message):
    __slots__ = ("success", "lease")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    success: bool
    lease: QuotaLease
    def __init__(self, success: bool = ..., lease: _Optional[_Union[QuotaLease, _Mapping]] = ...) -> None: ...

class ReturnLeaseRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "lease_id", "sequence", "consumed")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    lease_id: str
    sequence: int
    consumed: int
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., lease_id: _Optional[str] = ..., sequence: _Optional[int] = ..., consumed: _Optional[int] = ...) -> None: ...

class ReturnLeaseResponse(_message.Message):
    __slots__ = ("success", "consumed", "returned")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    success: bool
    consumed: int
    returned: int
    def __init__(self, success: bool = ..., consumed: _Optional[int] = ..., returned: _Optional[int] = ...) -> None: ...
