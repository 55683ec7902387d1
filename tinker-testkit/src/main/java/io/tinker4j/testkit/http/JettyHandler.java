package io.tinker4j.testkit.http;

import io.tinker4j.transport.Headers;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Hands requests from Jetty to the front. Runs on virtual threads, so that endpoints may block. */
final class JettyHandler extends Handler.Abstract {
  private final HttpFront front;

  JettyHandler(HttpFront front) {
    super(InvocationType.BLOCKING);
    this.front = front;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    front.answer(
        new Input(request),
        new HttpFront.Output() {
          @Override
          public void write(Delivery delivery) {
            JettyHandler.write(delivery, request, response, callback);
          }

          @Override
          public void fail(Exception reason) {
            callback.failed(reason);
          }
        });
    return true;
  }

  private static void write(
      Delivery delivery, Request request, Response response, Callback callback) {
    Answer answer = delivery.answer();
    response.setStatus(answer.status());
    delivery
        .allHeaders()
        .asMap()
        .forEach((name, values) -> response.getHeaders().put(name, values));
    switch (delivery.manner()) {
      case LAST ->
          response.write(
              true,
              ByteBuffer.wrap(answer.body()),
              Callback.from(() -> ConnectionFaults.close(request, callback), callback::failed));
      case WHOLE -> response.write(true, ByteBuffer.wrap(answer.body()), callback);
      case CUT -> ConnectionFaults.cut(request, response, answer.body(), callback);
      case DROPPED -> ConnectionFaults.drop(request, callback);
    }
  }

  private record Input(Request request) implements HttpInput {
    @Override
    public String method() {
      return request.getMethod();
    }

    @Override
    public HttpURI uri() {
      return request.getHttpURI();
    }

    @Override
    public Headers headers() {
      Headers.Builder headers = Headers.builder();
      for (HttpField field : request.getHeaders()) {
        if (!field.getName().startsWith(":")) {
          headers.add(field.getName(), field.getValue() == null ? "" : field.getValue());
        }
      }
      return headers.build();
    }

    @Override
    public InputStream body() {
      return Content.Source.asInputStream(request);
    }
  }
}
