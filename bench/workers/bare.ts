// Answers by itself.

export default {
  fetch: (): Response => new Response("hello"),
};
