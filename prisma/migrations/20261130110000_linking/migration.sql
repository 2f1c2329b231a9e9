-- Ways in that are added, players who become one, and codes that move a player to a new device. All of it only adds.

-- Both at once: an index of all players is built before the triggers are made.
LOCK TABLE "users" IN ACCESS EXCLUSIVE MODE;
LOCK TABLE "identities" IN SHARE ROW EXCLUSIVE MODE;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "merged_at" TIMESTAMPTZ(3),
ADD COLUMN     "merged_into" INTEGER;

-- CreateTable
CREATE TABLE "account_changes" (
    "id" UUID NOT NULL,
    "user_id" INTEGER NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "details" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transfer_codes" (
    "code_hash" BYTEA NOT NULL,
    "user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "session_id" UUID,
    "redeemed_at" TIMESTAMPTZ(3),
    "redeemed_by" TEXT,

    CONSTRAINT "transfer_codes_pkey" PRIMARY KEY ("code_hash")
);

-- CreateIndex
CREATE INDEX "account_changes_user_id_idx" ON "account_changes"("user_id");

-- CreateIndex
CREATE INDEX "transfer_codes_user_id_idx" ON "transfer_codes"("user_id");

-- CreateIndex
CREATE INDEX "transfer_codes_created_at_idx" ON "transfer_codes"("created_at");

-- CreateIndex
CREATE INDEX "users_merged_into_idx" ON "users"("merged_into");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_merged_into_fkey" FOREIGN KEY ("merged_into") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_changes" ADD CONSTRAINT "account_changes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transfer_codes" ADD CONSTRAINT "transfer_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An identity can leave a player now. The release before reads `users.google_id`, which so leaves with it; to another
-- identity of the same provider, where the player has one.
CREATE FUNCTION "identity_left_user"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET google_id = (
    SELECT subject FROM identities WHERE user_id = OLD.user_id AND provider = 'google' ORDER BY linked_at, subject LIMIT 1
  ) WHERE id = OLD.user_id AND google_id = OLD.subject;
  IF TG_OP = 'UPDATE' THEN
    UPDATE users SET google_id = NEW.subject WHERE id = NEW.user_id AND google_id IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "identities_delete_google_id" AFTER DELETE ON "identities"
  FOR EACH ROW WHEN (OLD.provider = 'google') EXECUTE FUNCTION "identity_left_user"();

CREATE TRIGGER "identities_update_google_id" AFTER UPDATE OF "user_id" ON "identities"
  FOR EACH ROW WHEN (OLD.provider = 'google' AND OLD.user_id <> NEW.user_id) EXECUTE FUNCTION "identity_left_user"();
