from bfc_tenancy._pb.bfc.tenancy.v1 import configuration_pb2 as _configuration_pb2
from bfc_tenancy._pb.bfc.tenancy.v1 import json_pb2 as _json_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuditFault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIT_FAULT_UNSPECIFIED: _ClassVar[AuditFault]
    AUDIT_FAULT_EDITED: _ClassVar[AuditFault]
    AUDIT_FAULT_MISSING: _ClassVar[AuditFault]
    AUDIT_FAULT_REORDERED: _ClassVar[AuditFault]
    AUDIT_FAULT_TRUNCATED: _ClassVar[AuditFault]
AUDIT_FAULT_UNSPECIFIED: AuditFault
AUDIT_FAULT_EDITED: AuditFault
AUDIT_FAULT_MISSING: AuditFault
AUDIT_FAULT_REORDERED: AuditFault
AUDIT_FAULT_TRUNCATED: AuditFault

class Activity(_message.Message):
    __slots__ = ("sequence", "created_at", "actor", "action", "entity_type", "entity_id", "details", "ip_address", "user_agent", "row_hash", "previous_hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ENTITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    IP_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    ROW_HASH_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    created_at: _timestamp_pb2.Timestamp
    actor: str
    action: str
    entity_type: str
    entity_id: str
    details: _json_pb2.JsonObject
    ip_address: str
    user_agent: str
    row_hash: bytes
    previous_hash: bytes
    def __init__(self, sequence: _Optional[int] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., action: _Optional[str] = ..., entity_type: _Optional[str] = ..., entity_id: _Optional[str] = ..., details: _Optional[_Union[_json_pb2.JsonObject, _Mapping]] = ..., ip_address: _Optional[str] = ..., user_agent: _Optional[str] = ..., row_hash: _Optional[bytes] = ..., previous_hash: _Optional[bytes] = ...) -> None: ...

class ListActivityRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "page_size", "page_token", "actions", "actor", "start_time", "end_time", "entity_type", "entity_id")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ENTITY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    page_size: int
    page_token: str
    actions: _containers.RepeatedScalarFieldContainer[str]
    actor: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    entity_type: str
    entity_id: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., actions: _Optional[_Iterable[str]] = ..., actor: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., entity_type: _Optional[str] = ..., entity_id: _Optional[str] = ...) -> None: ...

class ListActivityResponse(_message.Message):
    __slots__ = ("success", "activities", "next_page_token")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    next_page_token: str
    def __init__(self, success: bool = ..., activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchActivityRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "resume_token", "actions", "acknowledged_token")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    resume_token: str
    actions: _containers.RepeatedScalarFieldContainer[str]
    acknowledged_token: str
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., resume_token: _Optional[str] = ..., actions: _Optional[_Iterable[str]] = ..., acknowledged_token: _Optional[str] = ...) -> None: ...

class WatchActivityResponse(_message.Message):
    __slots__ = ("type", "activity", "resume_token", "event_time")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    type: _configuration_pb2.WatchEventType
    activity: Activity
    resume_token: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, type: _Optional[_Union[_configuration_pb2.WatchEventType, str]] = ..., activity: _Optional[_Union[Activity, _Mapping]] = ..., resume_token: _Optional[str] = ..., event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class VerifyAuditRequest(_message.Message):
    __slots__ = ("tenant_code", "tenant_id", "known_sequence", "known_hash")
    TENANT_CODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWN_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_HASH_FIELD_NUMBER: _ClassVar[int]
    tenant_code: str
    tenant_id: int
    known_sequence: int
    known_hash: bytes
    def __init__(self, tenant_code: _Optional[str] = ..., tenant_id: _Optional[int] = ..., known_sequence: _Optional[int] = ..., known_hash: _Optional[bytes] = ...) -> None: ...

class VerifyAuditResponse(_message.Message):
    __slots__ = ("success", "valid", "rows_checked", "first_bad_sequence", "fault", "first_kept_sequence", "last_sequence", "last_hash")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    ROWS_CHECKED_FIELD_NUMBER: _ClassVar[int]
    FIRST_BAD_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    FIRST_KEPT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_HASH_FIELD_NUMBER: _ClassVar[int]
    success: bool
    valid: bool
    rows_checked: int
    first_bad_sequence: int
    fault: AuditFault
    first_kept_sequence: int
    last_sequence: int
    last_hash: bytes
    def __init__(self, success: bool = ..., valid: bool = ..., rows_checked: _Optional[int] = ..., first_bad_sequence: _Optional[int] = ..., fault: _Optional[_Union[AuditFault, str]] = ..., first_kept_sequence: _Optional[int] = ..., last_sequence: _Optional[int] = ..., last_hash: _Optional[bytes] = ...) -> None: ...
