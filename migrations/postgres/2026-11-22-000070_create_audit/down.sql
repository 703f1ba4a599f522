DROP TABLE audit_head;
DROP TABLE audit_personal;
DROP TABLE audit_entries;
DROP FUNCTION refuse_to_change_audit;
