package io.tinker4j.testkit.http;

import io.tinker4j.testkit.time.ServerTime;
import org.jspecify.annotations.Nullable;

/** What goes on across restarts, around every request. */
public record Surroundings(
    ServerTime time, FaultGate faults, RequestLog log, @Nullable FaultControl control) {}
