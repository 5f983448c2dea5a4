import { describe, expect, test } from "vitest";
import { findCredential } from "../../../src/core/consumers/credential.ts";
import { createApiKeySecret } from "../../../src/core/control/api-key-secret.ts";
import { KEY_PREFIX } from "../../../src/core/keys/key-prefix.ts";
import { toFacts } from "./to-facts.ts";

describe("a key's prefix", () => {
  test.each(["hg", "a", "acme_live", "a_b_c_1", "acme_production"])(
    "%s makes keys that are known for keys, and asked for by what may be shown",
    (word) => {
      expect(word).toMatch(KEY_PREFIX);
      const { text, prefix } = createApiKeySecret(word, (count) => new Uint8Array(count));
      const facts = toFacts({ headers: { authorization: `Bearer ${text}` } });
      expect(findCredential(facts, { format: "headgate" }).kind).toBe("api-key");
      // As long as what may be asked for (admin/find-keys.ts).
      expect(prefix.length).toBeLessThanOrEqual(24);
    },
  );

  test.each(["", "1a", "A", "acme-live", "acme_", "_a", "a__b", "a.b", "acme_production1", "a".repeat(64)])(
    "is not %j",
    (word) => {
      expect(word).not.toMatch(KEY_PREFIX);
    },
  );
});
