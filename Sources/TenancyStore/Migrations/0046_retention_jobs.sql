-- What has passed its retention is dropped by one server at a time. How long anything is kept is a
-- setting of the servers; a server that keeps for ever leaves the job to others.
INSERT INTO scheduled_jobs (name, run_every) VALUES
    ('expire_activity', '1 hour'),
    ('expire_usage', '1 hour');
