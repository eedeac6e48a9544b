-- A result of a group from several measurements, each with the value that went in and the assignment that held.
ALTER TABLE exposure_result DROP CONSTRAINT exposure_result_origin_check;
ALTER TABLE exposure_result ADD CONSTRAINT exposure_result_origin_check
    CHECK (origin IN ('measured', 'group', 'laboratory', 'hand_held', 'dosimeter_file'));

CREATE TABLE exposure_result_part (
    result      integer NOT NULL REFERENCES exposure_result,
    measurement integer NOT NULL,
    assignment  integer NOT NULL,
    value       double precision NOT NULL,
    measured_s  double precision NOT NULL CHECK (measured_s >= 0),
    PRIMARY KEY (result, measurement),
    FOREIGN KEY (measurement, assignment) REFERENCES measurement_assignment
);
GRANT SELECT, INSERT ON exposure_result_part TO antoan_api;
