-- What a studio's own people need: bans with an end and a reason, roles, notes, and players found by email and by the
-- beginning of their names. All of it only adds. A server of the release before knows no end of a ban: to it a banned
-- player stays banned.

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "ban_reason" TEXT,
ADD COLUMN     "banned_until" TIMESTAMPTZ(3),
ADD COLUMN     "roles" TEXT[] DEFAULT ARRAY['player']::TEXT[];

-- CreateTable
CREATE TABLE "banned_identities" (
    "hash" BYTEA NOT NULL,
    "user_id" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(3),
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "banned_identities_pkey" PRIMARY KEY ("hash","user_id")
);

-- CreateTable
CREATE TABLE "identity_hash_keys" (
    "id" UUID NOT NULL,
    "key_jwe" TEXT NOT NULL,
    "is_current" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "identity_hash_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "player_notes" (
    "id" UUID NOT NULL,
    "user_id" INTEGER NOT NULL,
    "author_kind" VARCHAR(16) NOT NULL,
    "author_id" VARCHAR(64),
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "player_notes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "banned_identities_user_id_idx" ON "banned_identities"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "identity_hash_keys_is_current_key" ON "identity_hash_keys"("is_current");

-- CreateIndex
CREATE INDEX "player_notes_user_id_id_idx" ON "player_notes"("user_id", "id");

-- AddForeignKey
ALTER TABLE "player_notes" ADD CONSTRAINT "player_notes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
