package io.tinker4j.training.download;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service that gives out addresses, and a storage behind them that behaves as it is told. */
final class ArchiveServer implements Transport {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

  final List<TransportRequest> downloads = new ArrayList<>();
  byte[] content;
  String etag = "\"v1\"";
  String expires = "Fri, 02 Jan 2099 12:00:00 GMT";
  boolean ranges = true;
  boolean lengths = true;

  /** Whether an answer that is cut off seems to end instead of breaking. */
  boolean quiet;

  int addresses;

  /** How many bytes each answer in turn gives before the connection breaks. */
  final List<Integer> cuts = new ArrayList<>();

  /** Statuses that the next downloads are refused with. */
  final List<Integer> refusals = new ArrayList<>();

  ArchiveServer(byte[] content) {
    this.content = content;
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException {
    return request.uri().getPath().endsWith("/archive") ? address() : file(request);
  }

  private TransportResponse address() {
    Headers headers =
        Headers.builder()
            .set("location", "http://api.test/signed/" + ++addresses + "?signature=s3cret")
            .set("expires", expires)
            .build();
    return TransportResponse.of(302, headers, InputStream.nullInputStream());
  }

  private TransportResponse file(TransportRequest request) {
    downloads.add(request);
    if (!refusals.isEmpty()) {
      return TransportResponse.of(
          refusals.removeFirst(), Headers.empty(), InputStream.nullInputStream());
    }
    Matcher range = RANGE.matcher(request.headers().first("range").orElse(""));
    boolean same = request.headers().first("if-range").orElse("").equals(etag);
    Headers.Builder headers = Headers.builder();
    if (!etag.isEmpty()) {
      headers.set("etag", etag);
    }
    int start = 0;
    int status = 200;
    if (ranges && range.matches() && same) {
      start = Integer.parseInt(range.group(1));
      status = 206;
      headers.set(
          "content-range", "bytes %d-%d/%d".formatted(start, content.length - 1, content.length));
    }
    int rest = content.length - start;
    if (lengths) {
      headers.set("content-length", Integer.toString(rest));
    }
    boolean cut = !cuts.isEmpty();
    InputStream body =
        new ByteArrayInputStream(content, start, cut ? Math.min(cuts.removeFirst(), rest) : rest);
    return TransportResponse.of(status, headers.build(), cut && !quiet ? new Breaking(body) : body);
  }

  /** Breaks where the other stream ends. */
  private static final class Breaking extends InputStream {
    private final InputStream in;

    Breaking(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return notEnd(in.read());
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return notEnd(in.read(into, offset, length));
    }

    private static int notEnd(int read) throws IOException {
      if (read < 0) {
        throw new IOException("connection reset");
      }
      return read;
    }
  }

  @Override
  public void close() {}
}
