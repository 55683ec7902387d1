package io.tinker4j.cli.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A server of an account in which all is well; a test replaces the answer that it is about. One
 * request per connection.
 */
final class CannedServer implements AutoCloseable {
  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Map<String, String> bodies = new LinkedHashMap<>();
  private String status = "200 OK";
  private String date =
      DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
  private boolean isSilent;

  CannedServer() throws IOException {
    bodies.put("/healthz", "{\"status\":\"ok\"}");
    bodies.put(
        "/get_server_capabilities", "{\"supported_models\":[{\"model_name\":\"some/model\"}]}");
    bodies.put("/client/config", "{}");
    bodies.put("/weights_info", "{\"base_model\":\"some/model\",\"is_lora\":true,\"lora_rank\":8}");
    bodies.put("/checkpoints", "{\"checkpoints\":[]}");
    bodies.put("/sessions", "{\"sessions\":[]}");
    bodies.put(
        "/training_runs",
        "{\"training_runs\":[],\"cursor\":{\"offset\":0,\"limit\":100,\"total_count\":0}}");
  }

  /** Sets the JSON of the paths that end with this. */
  CannedServer with(String path, String body) {
    bodies.put(path, body);
    return this;
  }

  /** Sets the status of all answers. */
  CannedServer withStatus(String line) {
    status = line;
    return this;
  }

  CannedServer withDate(String text) {
    date = text;
    return this;
  }

  /** Takes connections, but never answers. */
  CannedServer silent() {
    isSilent = true;
    return this;
  }

  CannedServer start() {
    Thread.ofVirtual().start(this::accept);
    return this;
  }

  String address() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    try {
      while (!socket.isClosed()) {
        Socket connection = socket.accept();
        Thread.ofVirtual().start(() -> answer(connection));
      }
    } catch (SocketException e) {
      if (!socket.isClosed()) {
        throw new UncheckedIOException(e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      String request = reader.readLine();
      int length = 0;
      for (String line = reader.readLine();
          line != null && !line.isEmpty();
          line = reader.readLine()) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
        }
      }
      reader.skip(length);
      if (request == null) { // only looked whether somebody listens
        return;
      }
      if (isSilent) {
        reader.read(); // until the client gives up
        return;
      }
      connection.getOutputStream().write(response(request).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The client has gone; the test sees what it made of it.
    }
  }

  private String response(String request) {
    String path = request.split(" ", -1)[1].replaceFirst("\\?.*", "");
    String body =
        bodies.entrySet().stream()
            .filter(each -> path.endsWith(each.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("{}");
    return "HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, date, body.length(), body);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
