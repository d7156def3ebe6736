"""What the migrations up to 0003 make of an empty database, in one step; a filled one goes on with them."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('imports', '0001_initial'),
        ('imports', '0002_rows_of_a_preview_and_head_of_an_upload'),
        ('imports', '0003_subject_and_file_of_an_import'),
    ]

    dependencies = [
        ('jobs', '0001_initial'),
        ('records', '0003_details_disposed_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='RememberedMapping',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('layout', models.CharField(help_text='SHA-256 of the headings', max_length=64)),
                    ('mapping', models.JSONField(default=dict)),
                    ('options', models.JSONField(default=dict)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'layout'), name='one_mapping_a_layout')],
                },
            ),
            migrations.CreateModel(
                name='Upload',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=200)),
                    ('media_type', models.CharField(max_length=80)),
                    ('sha256', models.CharField(max_length=64)),
                    ('content', models.BinaryField()),
                    ('original', models.BinaryField(help_text='the file itself, where the import keeps it once applied', null=True)),
                    ('head', models.JSONField(default=dict, help_text='headings, samples and number of rows, without the cells')),
                    ('uploaded_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ImportRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(max_length=40)),
                    ('subject', models.UUIDField(help_text='what the file is about: a meeting, a session', null=True)),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('system', models.CharField(blank=True, help_text='which application wrote the file', max_length=40)),
                    ('state', models.CharField(choices=[('uploaded', 'Columns to confirm'), ('checking', 'Being checked'), ('previewed', 'Preview'), ('applying', 'Being applied'), ('applied', 'Applied'), ('expired', 'Expired')], default='uploaded', max_length=10)),
                    ('mapping', models.JSONField(default=dict)),
                    ('options', models.JSONField(default=dict, help_text='answers to what the file leaves open')),
                    ('preview', models.JSONField(default=dict, help_text='counts, open questions, notices; the rows stand beside it')),
                    ('counts', models.JSONField(default=dict)),
                    ('only_valid_rows', models.BooleanField(default=False)),
                    ('created_at', models.DateTimeField()),
                    ('applied_at', models.DateTimeField(null=True)),
                    ('file', models.ForeignKey(help_text='kept once applied', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_run', to='jobs.job')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_runs', to=settings.AUTH_USER_MODEL)),
                    ('upload', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='imports.upload')),
                ],
                options={
                    'ordering': ['-created_at'],
                },
            ),
            migrations.CreateModel(
                name='PreviewRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(help_text='of the row in the file, from 1')),
                    ('status', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('same', 'Unchanged'), ('aside', 'Not written'), ('bad', 'With errors')], max_length=8)),
                    ('body', models.JSONField(help_text='key, changes, problems, warnings')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.importrun')),
                ],
                options={
                    'ordering': ['number', 'pk'],
                    'indexes': [models.Index(fields=['run', 'number'], name='imports_pre_run_id_0f3b4f_idx'), models.Index(fields=['run', 'status', 'number'], name='imports_pre_run_id_0e259b_idx')],
                },
            ),
            migrations.AddIndex(
                model_name='importrun',
                index=models.Index(condition=models.Q(('subject__isnull', False)), fields=['subject'], name='import_subject'),
            ),
        ]),
    ]
