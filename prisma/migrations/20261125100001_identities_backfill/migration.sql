-- The players there are. On its own, so that no lock of the step before lasts as long: who comes in meanwhile is the
-- triggers' affair.
INSERT INTO "identities" ("provider", "subject", "user_id", "email", "email_verified", "linked_at", "last_used_at")
SELECT 'google', "google_id", "id", nullif("email", ''), "email_verified", "created_at", "last_login"
FROM "users" WHERE "google_id" IS NOT NULL
ON CONFLICT DO NOTHING;
