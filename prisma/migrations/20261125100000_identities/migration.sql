-- Identities get a table of their own. First of two steps: this one only adds, so that a server of the release before
-- goes on serving; the next release drops `users.google_id` and the triggers.

-- CreateTable
CREATE TABLE "identities" (
    "provider" VARCHAR(64) NOT NULL,
    "subject" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "email" TEXT,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("provider", "subject")
) WITH (fillfactor = 80);

-- CreateIndex
CREATE INDEX "identities_user_id_idx" ON "identities"("user_id");

-- AddForeignKey
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "users" ALTER COLUMN "google_id" DROP NOT NULL,
    ALTER COLUMN "email" DROP NOT NULL;

-- AlterTable
ALTER TABLE "authorization_requests" ADD COLUMN "provider" VARCHAR(64) NOT NULL DEFAULT 'google';

-- AlterTable
ALTER TABLE "login_codes" ADD COLUMN "provider" VARCHAR(64) NOT NULL DEFAULT 'google',
    ADD COLUMN "subject" TEXT,
    ALTER COLUMN "email" DROP NOT NULL;

-- A player whom a server of the release before enrolls.
CREATE FUNCTION "users_google_id_to_identities"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO identities (provider, subject, user_id, email, email_verified, linked_at, last_used_at)
  VALUES ('google', NEW.google_id, NEW.id, nullif(NEW.email, ''), NEW.email_verified, NEW.created_at, NEW.last_login)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER "users_google_id_to_identities" AFTER INSERT ON "users"
  FOR EACH ROW WHEN (NEW.google_id IS NOT NULL) EXECUTE FUNCTION "users_google_id_to_identities"();

-- A player whom this release enrolls, for a server of the release before.
CREATE FUNCTION "identities_to_users_google_id"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET google_id = NEW.subject WHERE id = NEW.user_id AND google_id IS NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER "identities_to_users_google_id" AFTER INSERT ON "identities"
  FOR EACH ROW WHEN (NEW.provider = 'google') EXECUTE FUNCTION "identities_to_users_google_id"();

-- The two releases enroll in opposite order, users and identities first: without a lock that comes before both, the
-- first sign-ins of one player at servers of each would end in a deadlock. A thousand locks at most, for whoever writes
-- many rows at once.
CREATE FUNCTION "lock_google_id"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(to_jsonb(NEW) ->> TG_ARGV[0]) & 1023);
  RETURN NEW;
END $$;

CREATE TRIGGER "users_lock_google_id" BEFORE INSERT ON "users"
  FOR EACH ROW WHEN (NEW.google_id IS NOT NULL) EXECUTE FUNCTION "lock_google_id"('google_id');

-- The release before cannot read an email that is null.
CREATE FUNCTION "email_not_null"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.email := '';
  RETURN NEW;
END $$;

CREATE TRIGGER "users_email_not_null" BEFORE INSERT OR UPDATE OF "email" ON "users"
  FOR EACH ROW WHEN (NEW.email IS NULL) EXECUTE FUNCTION "email_not_null"();

CREATE TRIGGER "login_codes_email_not_null" BEFORE INSERT ON "login_codes"
  FOR EACH ROW WHEN (NEW.email IS NULL) EXECUTE FUNCTION "email_not_null"();
