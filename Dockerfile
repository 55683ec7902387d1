# The tinker command in a container, as the archives have it: docs/install.md.
#
#   mvn package -Pdist -pl dist -am -Dmaven.test.skip=true
#   docker build -t tinker .
#   docker run --rm -p 8080:8080 -e TINKER_SERVER_API_KEY=tml-… -v tinker-data:/data tinker
#
# Without a command it runs the embedded server; `docker run tinker run list --base-url …` works, too.
FROM eclipse-temurin:21-jre

RUN useradd --system --uid 10001 tinker && mkdir /data && chown tinker /data
COPY dist/target/docker /opt/tinker
# Class data that starts share; the script looks for it beside the Java that it was made with.
RUN java -XX:+UseSerialGC -Xlog:disable -XX:ArchiveClassesAtExit=$JAVA_HOME/lib/tinker.jsa \
    -Dslf4j.internal.verbosity=ERROR -cp /opt/tinker/lib/tinker.jar io.tinker4j.dist.Warmup

USER tinker
VOLUME /data
EXPOSE 8080
ENV TINKER_JAVA_OPTS=-Xmx256m
ENTRYPOINT ["/opt/tinker/bin/tinker"]
CMD ["server", "--host", "0.0.0.0", "--port", "8080", "--data-dir", "/data", "--request-log"]
