// A body as JSON has it.

/** As text where it is UTF-8, so that its bytes can be made of it again, and else in base64. */
export function toBodyMember(bytes: Uint8Array): { readonly body: string } | { readonly bodyBase64: string } {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { bodyBase64: bytes.toBase64() };
  }
}
