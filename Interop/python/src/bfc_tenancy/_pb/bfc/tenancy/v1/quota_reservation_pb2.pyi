from bfc_tenancy._pb.bfc.tenancy.v1 import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReservationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESERVATION_STATE_UNSPECIFIED: _ClassVar[ReservationState]
    RESERVATION_STATE_HELD: _ClassVar[ReservationState]
    RESERVATION_STATE_COMMITTED: _ClassVar[ReservationState]
    RESERVATION_STATE_RELEASED: _ClassVar[ReservationState]
    RESERVATION_STATE_EXPIRED: _ClassVar[ReservationState]

class ExcessPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXCESS_POLICY_UNSPECIFIED: _ClassVar[ExcessPolicy]
    EXCESS_POLICY_REFUSE: _ClassVar[ExcessPolicy]
    EXCESS_POLICY_TAKE: _ClassVar[ExcessPolicy]
RESERVATION_STATE_UNSPECIFIED: ReservationState
RESERVATION_STATE_HELD: ReservationState
RESERVATION_STATE_COMMITTED: ReservationState
RESERVATION_STATE_RELEASED: ReservationState
RESERVATION_STATE_EXPIRED: ReservationState
EXCESS_POLICY_UNSPECIFIED: ExcessPolicy
EXCESS_POLICY_REFUSE: ExcessPolicy
EXCESS_POLICY_TAKE: ExcessPolicy

class Reservation(_message.Message):
    __slots__ = ("reservation_id", "tenant_id", "resource", "amount", "committed_amount", "state", "excess_policy", "created_at", "expires_at")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXCESS_POLICY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    tenant_id: int
    resource: _resource_pb2.Resource
    amount: int
    committed_amount: int
    state: ReservationState
    excess_policy: ExcessPolicy
    created_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, reservation_id: _Optional[str] = ..., tenant_id: _Optional[int] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., committed_amount: _Optional[int] = ..., state: _Optional[_Union[ReservationState, str]] = ..., excess_policy: _Optional[_Union[ExcessPolicy, str]] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReserveRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "time_to_live", "excess_policy", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    EXCESS_POLICY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    time_to_live: _duration_pb2.Duration
    excess_policy: ExcessPolicy
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., time_to_live: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., excess_policy: _Optional[_Union[ExcessPolicy, str]] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ReserveResponse(_message.Message):
    __slots__ = ("success", "reservation", "remaining", "limit_version")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    LIMIT_VERSION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    reservation: Reservation
    remaining: int
    limit_version: int
    def __init__(self, success: bool = ..., reservation: _Optional[_Union[Reservation, _Mapping]] = ..., remaining: _Optional[int] = ..., limit_version: _Optional[int] = ...) -> None: ...

class CommitRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "reservation_id", "actual_amount", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    reservation_id: str
    actual_amount: int
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., reservation_id: _Optional[str] = ..., actual_amount: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CommitResponse(_message.Message):
    __slots__ = ("success", "reservation")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    reservation: Reservation
    def __init__(self, success: bool = ..., reservation: _Optional[_Union[Reservation, _Mapping]] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "reservation_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    reservation_id: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., reservation_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ("success", "reservation")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_FIELD_NUMBER: _ClassVar[int]
    success: bool
    reservation: Reservation
    def __init__(self, success: bool = ..., reservation: _Optional[_Union[Reservation, _Mapping]] = ...) -> None: ...

class RefundRequest(_message.Message):
    __slots__ = ("tenant_code", "resource", "amount", "tenant_id", "reason", "user_id", "idempotency_key", "validate_only")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    resource: _resource_pb2.Resource
    amount: int
    tenant_id: int
    reason: str
    user_id: str
    idempotency_key: str
    validate_only: bool
    def __init__(self, tenant_code: _Optional[str] = ..., resource: _Optional[_Union[_resource_pb2.Resource, str]] = ..., amount: _Optional[int] = ..., tenant_id: _Optional[int] = ..., reason: _Optional[str] = ..., user_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RefundResponse(_message.Message):
    __slots__ = ("success", "current", "max", "remaining")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    success: bool
    current: int
    max: int
    remaining: int
    def __init__(self, success: bool = ..., current: _Optional[int] = ..., max: _Optional[int] = ..., remaining: _Optional[int] = ...) -> None: ...
