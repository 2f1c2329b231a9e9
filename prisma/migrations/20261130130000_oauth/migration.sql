-- OAuth clients, the sessions that are opened for them, and the keys of id tokens and of servers. All of it only adds.

-- Both at once and in the order of a sign-up, which has a player before it has a session.
LOCK TABLE "users" IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE "refresh_tokens" IN ACCESS EXCLUSIVE MODE;

-- AlterTable
ALTER TABLE "refresh_tokens" ADD COLUMN     "client_id" VARCHAR(64),
ADD COLUMN     "scope" TEXT;

-- CreateTable
CREATE TABLE "authorization_codes" (
    "code_hash" BYTEA NOT NULL,
    "client_id" VARCHAR(64) NOT NULL,
    "redirect_uri" TEXT NOT NULL,
    "code_challenge" TEXT NOT NULL,
    "scope" TEXT,
    "nonce" TEXT,
    "provider" VARCHAR(64) NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT,
    "email_verified" BOOLEAN NOT NULL,
    "name" TEXT,
    "picture" TEXT,
    "session_id" UUID NOT NULL,
    "consent_given" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "redeemed_at" TIMESTAMPTZ(3),

    CONSTRAINT "authorization_codes_pkey" PRIMARY KEY ("code_hash")
);

-- CreateTable
CREATE TABLE "consents" (
    "user_id" INTEGER NOT NULL,
    "client_id" VARCHAR(64) NOT NULL,
    "scopes" TEXT[],
    "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consents_pkey" PRIMARY KEY ("user_id","client_id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" VARCHAR(64) NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_jwe" TEXT NOT NULL,
    "is_current" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_keys" (
    "id" UUID NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "server_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "authorization_codes_session_id_key" ON "authorization_codes"("session_id");

-- CreateIndex
CREATE INDEX "authorization_codes_created_at_idx" ON "authorization_codes"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "signing_keys_is_current_key" ON "signing_keys"("is_current");

-- CreateIndex
CREATE UNIQUE INDEX "server_keys_key_hash_key" ON "server_keys"("key_hash");

-- AddForeignKey
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;


