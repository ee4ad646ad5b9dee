# wajue with all that it reads, and the Java it needs; the sample is mined by:
#   docker build -t wajue . && docker run --rm wajue
# One's own corpus, in the working folder, with results that belong to oneself:
#   docker run --rm --user "$(id -u):$(id -g)" -v /etc/passwd:/etc/passwd:ro -v "$PWD:/work" wajue mine manuals/ --out mined
FROM debian:bookworm-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
ENV LANG=C.UTF-8 PATH=/opt/wajue/bin:$PATH

COPY . /tmp/wajue
RUN python3 -m venv /opt/wajue \
 && pip install --no-cache-dir --disable-pip-version-check '/tmp/wajue[documents]' \
 && rm -rf /tmp/wajue
# kernels are compiled here once, for processors of this kind, and not in every container, whoever its user is
ENV NUMBA_CACHE_DIR=/opt/wajue/kernels
RUN mkdir /opt/wajue/kernels && wajue demo --workspace /tmp/demo && rm -rf /tmp/demo && chmod -R a+rwX /opt/wajue/kernels

WORKDIR /work
ENTRYPOINT ["wajue"]
CMD ["demo"]
