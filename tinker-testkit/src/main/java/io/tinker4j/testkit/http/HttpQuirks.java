package io.tinker4j.testkit.http;

/**
 * How a server's HTTP stack differs from others.
 *
 * @param closesAfterFailures whether a connection is closed, without a word, after a 500
 * @param clearTextHttp2 whether HTTP/2 is spoken without TLS; else requests that offer it are
 *     refused (400)
 */
public record HttpQuirks(boolean closesAfterFailures, boolean clearTextHttp2) {}
