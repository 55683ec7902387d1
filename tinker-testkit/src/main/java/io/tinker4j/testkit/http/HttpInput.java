package io.tinker4j.testkit.http;

import io.tinker4j.transport.Headers;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.http.HttpURI;

/** A request as it came in, by a socket or without one; all that the server knows of it. */
interface HttpInput {
  String method();

  HttpURI uri();

  Headers headers();

  /** The body as it arrives; to be read once. */
  InputStream body() throws IOException;
}
