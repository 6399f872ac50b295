// Package decoder runs speech decoders in child processes, so that a hang, a crash or a hostile model file costs one retry of
// a clip and not the program.
//
// A Pool is the parent's side. It runs this program as "earshot decoder": one process per slot, each with a copy of the
// weights, or one process with several states when the weights are too big to copy (see Plan) or lie on a graphics processor (see
// Choose). Serve is the child's side: it restricts itself, loads the model, and decodes what it is sent.
//
// # The protocol
//
// Parent and child communicate over two pipes: the child reads descriptor 3 and writes descriptor 4. Descriptor 5 is the model
// file, opened by the parent, so that every restart loads the file that was checked. Standard output and error are not part
// of the protocol, so that nothing a library prints can disturb it.
//
// Both directions carry frames, little-endian:
//
//	bytes  0-1   "es"
//	byte   2     version, 1
//	byte   3     kind
//	bytes  4-7   id of the call, 0 for the process as a whole
//	bytes  8-11  length of the payload
//	bytes 12-    payload
//
//	kind        from    id    payload
//	1 hello     parent  0     JSON: setup (first frame, once)
//	2 ready     child   0     JSON: what was loaded (answer to hello, once)
//	3 decode    parent  call  2 bytes n, n bytes of JSON options, then mono float32 samples at 16 kHz
//	4 cancel    parent  call  empty; the call is still answered, by its result or by a failure
//	5 result    child   call  JSON: the result, CPU time and memory
//	6 failure   child   call  JSON: code and text; with id 0 the model could not be loaded
//
// A payload is at most 2 MB to the child and 1 MB to the parent. The parent does not trust the child: a malformed frame, an
// unsolicited answer, or a result that is impossible for its sound (times beyond the end, probabilities beyond 1) ends the
// child. The child ends when its pipe closes.
package decoder
