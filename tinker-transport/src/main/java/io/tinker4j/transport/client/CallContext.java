package io.tinker4j.transport.client;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.Transport;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the calls of one client have in common.
 *
 * @param query parameters of each call's address
 * @param compressesRequests whether all large bodies are sent compressed
 * @param shared what the client's calls learn about the server
 * @param credentialOrigin names what a user would have to look at when the credential is refused
 */
record CallContext(
    Transport transport,
    URI baseUrl,
    Headers headers,
    Map<String, String> query,
    boolean compressesRequests,
    Time time,
    TinkerListener listener,
    SharedCallState shared,
    Redaction redaction,
    Supplier<String> credentialOrigin) {

  /** Returns whether a call that was refused for billing waits and asks again. */
  boolean mayWaitForBilling(ApiStatusException refusal) {
    return refusal.status() == 402 && shared.billing().mayWait(refusal.detail().orElse("none"));
  }

  CallContext withCredentialOrigin(Supplier<String> origin) {
    return new CallContext(
        transport,
        baseUrl,
        headers,
        query,
        compressesRequests,
        time,
        listener,
        shared,
        redaction,
        origin);
  }
}
