-- What game servers report of players, and what makes it safe for them to report it again. It only adds: a server of the
-- release before knows nothing of stats, and changes no version.

-- AlterTable
ALTER TABLE "server_keys" ADD COLUMN     "server" VARCHAR(64);

-- CreateTable
CREATE TABLE "player_progress" (
    "user_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "stats" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "player_progress_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "server_key_id" UUID NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "answer" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("server_key_id","key_hash")
);

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "player_progress" ADD CONSTRAINT "player_progress_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Room in every page, so that the next match of a player is a HOT update.
ALTER TABLE "player_progress" SET (fillfactor = 70);
