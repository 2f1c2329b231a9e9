-- The players there are. On its own, so that no lock of the step before lasts as long: who comes in meanwhile is the
-- triggers' affair.
INSERT INTO "identities" ("provider", "subject", "user_id", "email", "email_verified", "linked_at", "last_used_at")
SELECT 'google', "google_id", "id", nullif("email", ''), "email_verified", "created_at", "last_login"
FROM "users" WHERE "google_id" IS NOT NULL
ON CONFLICT DO NOTHING;

-- Here and not with its function, so that the rows above take no lock.
CREATE TRIGGER "identities_lock_google_id" BEFORE INSERT ON "identities"
  FOR EACH ROW WHEN (NEW.provider = 'google') EXECUTE FUNCTION "lock_google_id"('subject');
