import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient, type User } from "../../../src/generated/prisma/client";
import type { UserRow } from "../../../src/users/store";
import { config, serve } from "./hand-written";

// The same routes and rules, each through Prisma's own calls, as Prisma's documentation would write them.
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: String(process.env.DATABASE_URL), max: 10 }),
});
const { refreshTokenExpirySeconds: idle, sessionMaxSeconds: cap, maxSessionsPerUser } = config.security;

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const row = (user: User): UserRow => ({
  ...user,
  providers: user.providers.join(),
  roles: user.roles.join(),
  created_at: user.createdAt,
  last_login: user.lastLogin,
  terms_version: user.termsVersion,
  age_band: user.ageBand as UserRow["age_band"],
  guardian_consent_at: user.guardianConsentAt,
});

serve({
  async rotate({ sessionId, generation, ip, jkt }) {
    const [session] = await prisma.session.updateManyAndReturn({
      where: {
        id: sessionId,
        generation,
        revokedAt: null,
        rotatedAt: { gt: ago(idle) },
        createdAt: { gt: ago(cap) },
        OR: [{ jkt: null }, ...(jkt === null ? [] : [{ jkt }])],
        user: { bannedAt: null },
      },
      data: { generation: { increment: 1 }, rotatedAt: new Date(), ip },
      include: { user: true },
    });
    return session ? { user: row(session.user), generation: session.generation } : null;
  },
  async spendOnce(hash, expiresAt) {
    const data = { hash: new Uint8Array(hash), expiresAt };
    return (await prisma.spentProof.createMany({ data, skipDuplicates: true })).count > 0;
  },
  async findUser(sessionId, userId) {
    const session = await prisma.session.findUnique({
      where: {
        id: sessionId,
        userId,
        revokedAt: null,
        createdAt: { gt: ago(cap) },
        user: { bannedAt: null },
      },
      include: { user: true },
    });
    return session && row(session.user);
  },
  async signIn({ provider, subject, email, emailVerified }, { sessionId, device, ip }) {
    const known = await prisma.identity.findUnique({
      where: { provider_subject: { provider, subject }, user: { bannedAt: null } },
    });
    if (!known) return null;
    const user = await prisma.user.update({
      where: { id: known.userId },
      data: {
        lastLogin: new Date(),
        email,
        emailVerified,
        sessions: { create: { id: sessionId, device, ip } },
      },
    });
    return { user: row(user), openBefore: maxSessionsPerUser };
  },
  async enroll(identity, profile, { name, folded, skeleton, looks }, { sessionId, device, ip }) {
    const { provider, subject, email, emailVerified } = identity;
    const user = await prisma.user.create({
      data: {
        email,
        emailVerified,
        name,
        nameFolded: folded,
        nameSkeleton: skeleton,
        picture: profile.picture,
        identities: { create: { provider, subject, email, emailVerified, name: profile.name } },
        looks: { create: [...new Set(looks)].map((look) => ({ look, nameFolded: folded })) },
        sessions: { create: { id: sessionId, device, ip } },
      },
    });
    return row(user);
  },
  async evictIdlest(userId) {
    const idlest = await prisma.session.findMany({
      where: { userId, revokedAt: null },
      orderBy: [{ rotatedAt: "desc" }, { id: "desc" }],
      skip: maxSessionsPerUser,
      select: { id: true },
    });
    if (idlest.length === 0) return;
    await prisma.session.updateMany({
      where: { id: { in: idlest.map(({ id }) => id) } },
      data: { revokedAt: new Date() },
    });
  },
  async rename({ id }, { name, folded, skeleton, looks }) {
    return row(
      await prisma.user.update({
        where: { id },
        data: {
          name,
          nameFolded: folded,
          nameSkeleton: skeleton,
          looks: { create: [...new Set(looks)].map((look) => ({ look, nameFolded: folded })) },
        },
      }),
    );
  },
});
