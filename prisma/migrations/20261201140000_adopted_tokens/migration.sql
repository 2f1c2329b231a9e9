-- Refresh tokens of the server before this one, which `bun run adopt` brings over. It only adds.

-- CreateTable
CREATE TABLE "adopted_tokens" (
    "token_hash" BYTEA NOT NULL,
    "session_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "adopted_tokens_pkey" PRIMARY KEY ("token_hash")
);

-- CreateIndex
CREATE INDEX "adopted_tokens_expires_at_idx" ON "adopted_tokens"("expires_at");
