DROP TABLE data_looks;
DROP TABLE consents;
DROP TABLE companions;
