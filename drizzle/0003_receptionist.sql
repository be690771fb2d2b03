CREATE TABLE "calendar_blocks" (
	"event_id" text PRIMARY KEY NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "calendar_blocks_order" CHECK ("calendar_blocks"."ends_at" > "calendar_blocks"."starts_at")
);
--> statement-breakpoint
CREATE TABLE "follow_up_notes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"customer_id" uuid,
	"appointment_id" uuid,
	"call_id" uuid,
	"category" text NOT NULL,
	"priority" text DEFAULT 'normal' NOT NULL,
	"note" text NOT NULL,
	"callback_number" text,
	"done_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "follow_up_notes_category" CHECK ("follow_up_notes"."category" in ('callback', 'concern', 'complaint', 'safety', 'transfer_failed', 'wrong_number', 'follow_up', 'calendar_conflict', 'vin_conflict', 'other')),
	CONSTRAINT "follow_up_notes_priority" CHECK ("follow_up_notes"."priority" in ('normal', 'high', 'urgent')),
	CONSTRAINT "follow_up_notes_phone" CHECK ("follow_up_notes"."callback_number" ~ '^\+[1-9][0-9]{6,14}$')
);
--> statement-breakpoint
CREATE TABLE "slot_holds" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"call_sid" text NOT NULL,
	"bay" smallint NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "slot_holds_order" CHECK ("slot_holds"."ends_at" > "slot_holds"."starts_at")
);
--> statement-breakpoint
CREATE TABLE "text_messages" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"customer_id" uuid,
	"appointment_id" uuid,
	"kind" text NOT NULL,
	"to_phone" text NOT NULL,
	"body" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"message_sid" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	CONSTRAINT "text_messages_kind" CHECK ("text_messages"."kind" in ('confirmation', 'reminder', 'missed_reminder', 'moved', 'cancelled')),
	CONSTRAINT "text_messages_phone" CHECK ("text_messages"."to_phone" ~ '^\+[1-9][0-9]{6,14}$')
);
--> statement-breakpoint
CREATE TABLE "verification_attempts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"call_id" uuid,
	"customer_id" uuid,
	"caller_phone" text,
	"is_success" boolean NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "appointments" ADD COLUMN "calendar_etag" text;--> statement-breakpoint
ALTER TABLE "follow_up_notes" ADD CONSTRAINT "follow_up_notes_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follow_up_notes" ADD CONSTRAINT "follow_up_notes_appointment_id_appointments_id_fk" FOREIGN KEY ("appointment_id") REFERENCES "public"."appointments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follow_up_notes" ADD CONSTRAINT "follow_up_notes_call_id_call_logs_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."call_logs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "text_messages" ADD CONSTRAINT "text_messages_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "text_messages" ADD CONSTRAINT "text_messages_appointment_id_appointments_id_fk" FOREIGN KEY ("appointment_id") REFERENCES "public"."appointments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_attempts" ADD CONSTRAINT "verification_attempts_call_id_call_logs_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."call_logs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification_attempts" ADD CONSTRAINT "verification_attempts_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calendar_blocks_time_idx" ON "calendar_blocks" USING btree ("starts_at","ends_at");--> statement-breakpoint
CREATE INDEX "follow_up_notes_open_idx" ON "follow_up_notes" USING btree ("created_at") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "follow_up_notes_customer_idx" ON "follow_up_notes" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "slot_holds_call_idx" ON "slot_holds" USING btree ("call_sid");--> statement-breakpoint
CREATE INDEX "slot_holds_time_idx" ON "slot_holds" USING btree ("starts_at","ends_at");--> statement-breakpoint
CREATE UNIQUE INDEX "text_messages_once" ON "text_messages" USING btree ("appointment_id","kind");--> statement-breakpoint
CREATE INDEX "text_messages_customer_idx" ON "text_messages" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "verification_attempts_customer_idx" ON "verification_attempts" USING btree ("customer_id","at");--> statement-breakpoint
CREATE INDEX "verification_attempts_caller_idx" ON "verification_attempts" USING btree ("caller_phone","at");--> statement-breakpoint
CREATE INDEX "verification_attempts_call_idx" ON "verification_attempts" USING btree ("call_id");