DROP TABLE assessments;
DROP TABLE assessment_rounds;
