package io.tinker4j.testkit.fault;

import java.util.Map;

/**
 * A request as faults see it; made by the server.
 *
 * @param operation its path below {@code /api/v1/}
 * @param headers by name in lower case
 * @param body as it was read; shared, not to be written to
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, passed on once
public record FaultTarget(String operation, Map<String, String> headers, byte[] body) {}
